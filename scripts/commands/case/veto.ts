import { slashingCourtAbi } from '../../../router/chain/abi/slashingCourt.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import { findCase, requireState, requireUndecided } from '../../lib/cases.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, report } from '../../lib/perform.ts';
import { planGoverned } from '../../lib/planGoverned.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

/** `din case veto <case id>` */
export async function veto(id: string, options: SigningOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { client, token } = session;
  const found = await findCase(session, id);
  if (session.check) {
    requireState(found, 'open', 'appealed');
    requireUndecided(found, await chainTime(client));
    passed(session, `the case is ${found.state} until ${dateText(found.executableAt)}`);
  }
  const call = {
    address: found.court,
    abi: slashingCourtAbi,
    functionName: 'veto',
    args: [found.key],
  } as const;
  const plan = await planGoverned(session, 'SlashingCourt', call, 'guardian');
  const transactions = await perform(session, [plan.call]);
  const data = {
    caseId: found.id,
    provider: found.key.provider,
    released: formatAmount(found.amount, token),
    announced: plan.announces,
  };
  report(session, transactions, data, [
    plan.announces
      ? `announced the veto of ${found.id}: run this again in ${plan.delaySeconds} s to carry it out`
      : `vetoed ${found.id}: ${amountText(found.amount, token)} of ${found.key.provider} are free again`,
  ]);
}
