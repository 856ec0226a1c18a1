import { type Address, isAddressEqual } from 'viem';
import { slashingCourtAbi } from '../../../router/chain/abi/slashingCourt.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { amountText, formatAmount, type TokenUnit } from '../../lib/amount.ts';
import { type Case, findCase, readPresentCourt, requireState, requireUndecided } from '../../lib/cases.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { type Bond, readBond, unlocked } from '../../lib/providerState.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

/** `din provider appeal <case id>` */
export async function appeal(id: string, options: SigningOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, client, token } = session;
  const found = await findCase(session, id);
  const court = { address: found.court, abi: slashingCourtAbi } as const;
  const [bond, stake, { appealSeconds }] = await Promise.all([
    client.readContract({ ...court, functionName: 'appealBond' }),
    readBond(session, 'provider', account.address),
    client.readContract({ ...court, functionName: 'windows' }),
  ]);
  if (session.check) {
    if (!isAddressEqual(found.key.provider, account.address)) throw new NotYourCaseError(found);
    if (!isAddressEqual(found.court, await readPresentCourt(session))) throw new CourtRetiredError(found);
    requireState(found, 'open');
    requireUndecided(found, await chainTime(client));
    passed(session, `the case is open until ${dateText(found.executableAt)}`);
    if (unlocked(stake) < bond) throw new InsufficientAppealBondError(stake, bond, token);
    passed(
      session,
      `${amountText(unlocked(stake), token)} are not locked, ${amountText(bond, token)} are needed`,
    );
  }
  const transactions = await perform(session, [
    planned('SlashingCourt', { ...court, functionName: 'appeal', args: [found.key] }),
  ]);
  const after = await client.readContract({ ...court, functionName: 'caseOf', args: [found.id] });
  // In a dry run the case is as it was.
  const decidedBy = session.dryRun ? (await chainTime(client)) + appealSeconds : after.executableAt;
  report(
    session,
    transactions,
    { provider: account.address, caseId: found.id, bond: formatAmount(bond, token), decidedBy },
    [
      `appealed against ${found.id} with a bond of ${amountText(bond, token)}; ` +
        `the governor decides until ${dateText(decidedBy)}, silence means no`,
    ],
  );
}

export class NotYourCaseError extends DinError {
  readonly code = 'NOT_YOUR_CASE';
  constructor({ id, key }: Case) {
    super(`The case ${id} is against ${key.provider}: only its own key can appeal`);
  }
}

/** A court that was replaced locks nothing any more, and an appeal needs its bond locked. */
export class CourtRetiredError extends DinError {
  readonly code = 'COURT_RETIRED';
  constructor({ court }: { readonly court: Address }) {
    super(`The court ${court} was replaced: it takes no appeals any more; the guardian may still veto`);
  }
}

export class InsufficientAppealBondError extends DinError {
  readonly code = 'INSUFFICIENT_STAKE';
  constructor(stake: Bond, bond: bigint, unit: TokenUnit) {
    const missing = bond - unlocked(stake);
    super(
      `An appeal locks ${amountText(bond, unit)} of stake and ${amountText(unlocked(stake), unit)} are not locked: ` +
        `run \`din provider stake --amount ${formatAmount(missing, unit)}\` first`,
    );
  }
}
