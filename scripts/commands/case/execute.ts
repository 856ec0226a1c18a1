import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../../router/chain/abi/slashingCourt.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import { findCase, requireExecutable, requireState } from '../../lib/cases.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { requireNotPaused } from '../../lib/pauseState.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

/** `din case execute <case id>` */
export async function execute(id: string, options: SigningOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { client, contracts, token } = session;
  const found = await findCase(session, id);
  if (session.check) {
    const now = await chainTime(client);
    requireState(found, 'open', 'appealed');
    requireExecutable(found, now);
    await requireNotPaused(session, contracts.vault, now);
    passed(session, `the case is ${found.state} and could be stopped until ${dateText(found.executableAt)}`);
  }
  const transactions = await perform(session, [
    planned('SlashingCourt', {
      address: found.court,
      abi: slashingCourtAbi,
      functionName: 'execute',
      args: [found.key],
    }),
  ]);
  const { jailedUntil } = await client.readContract({
    address: contracts.registry,
    abi: providerRegistryAbi,
    functionName: 'providerOf',
    args: [found.key.provider],
  });
  const data = {
    caseId: found.id,
    provider: found.key.provider,
    slashed: formatAmount(found.amount, token),
    jailedUntil,
  };
  report(session, transactions, data, [
    `executed ${found.id}: ${amountText(found.amount, token)} of ${found.key.provider} slashed, jailed until ${dateText(jailedUntil)}`,
  ]);
}
