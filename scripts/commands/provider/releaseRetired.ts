import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { ROLE, readBond } from '../../lib/providerState.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

/** `din provider release-retired` */
export async function releaseRetired(options: SigningOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, client, contracts, token } = session;
  const vault = { address: contracts.vault, abi: stakeVaultAbi } as const;
  const { retiredLocked } = await readBond(session, 'provider', account.address);
  if (session.check) {
    if (retiredLocked === 0n) throw new NothingRetiredError();
    const [, until] = await client.readContract({ ...vault, functionName: 'retiredCourt' });
    if ((await chainTime(client)) < until) throw new CourtNotRetiredError(until);
    passed(session, `${amountText(retiredLocked, token)} are locked by a court whose time is over`);
  }
  const transactions = await perform(session, [
    planned('StakeVault', {
      ...vault,
      functionName: 'releaseRetired',
      args: [ROLE.provider, account.address],
    }),
  ]);
  report(session, transactions, { provider: account.address, amount: formatAmount(retiredLocked, token) }, [
    `${amountText(retiredLocked, token)} are free again`,
  ]);
}

export class NothingRetiredError extends DinError {
  readonly code = 'NOTHING_RETIRED';
  constructor() {
    super('No court that was replaced holds any of this stake');
  }
}

export class CourtNotRetiredError extends DinError {
  readonly code = 'COURT_NOT_RETIRED';
  constructor(until: number) {
    super(`The court before may still settle its cases, until ${dateText(until)}`);
  }
}
