import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { listNetworks } from '../../lib/networks.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { type PlannedCall, passed, perform, planned, report } from '../../lib/perform.ts';
import { planWithdraw } from '../../lib/planWithdraw.ts';
import { type Bond, ROLE, readBond, readService, thawable, withdrawable } from '../../lib/providerState.ts';
import { chainTime, openSigningSession, type SigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

export interface ExitOptions extends SigningOptions {
  readonly withdraw?: boolean;
}

/** `din provider exit`: what is still to do of leaving the network; run again, it goes on where it stands. */
export async function exit(options: ExitOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { account, token, client } = session;
  const before = await readBond(session, 'provider', account.address);
  const removals = await planRemovals(session);
  const plan = [...removals];
  const free = thawable(before);
  const due =
    options.withdraw === true && withdrawable(before) > 0n && (await chainTime(client)) >= before.thawEnd;
  // Paid out before the rest begins to thaw: that would start the time of all anew.
  if (due) plan.push(await planWithdraw(session, 'provider', before, account.address));
  if (free > 0n) plan.push(planThaw(session, free));
  passed(session, `services to remove: ${removals.length}; to thaw: ${amountText(free, token)}`);
  const transactions = await perform(session, plan);
  const after = await readBond(session, 'provider', account.address);
  const withdrawn = due && !session.dryRun ? withdrawable(before) : 0n;
  report(
    session,
    transactions,
    {
      provider: account.address,
      removed: removals.length,
      thawing: formatAmount(after.thawing, token),
      locked: formatAmount(after.locked, token),
      withdrawn: formatAmount(withdrawn, token),
      withdrawableAt: after.thawing > 0n ? after.thawEnd : null,
      done: after.tokens === 0n,
    },
    summary(session, removals.length, withdrawn, after),
  );
}

async function planRemovals(session: SigningSession): Promise<PlannedCall[]> {
  const { account, contracts } = session;
  const networks = await listNetworks(session);
  const services = await Promise.all(
    networks.map(async (network) => ({
      network,
      service: await readService(session, account.address, network.key),
    })),
  );
  return services
    .filter(({ service }) => service.status === 'live' || service.status === 'paused')
    .map(({ network }) =>
      planned('ProviderRegistry', {
        address: contracts.registry,
        abi: providerRegistryAbi,
        functionName: 'removeService',
        args: [network.key],
      }),
    );
}

function planThaw({ contracts }: SigningSession, amount: bigint): PlannedCall {
  return planned('StakeVault', {
    address: contracts.vault,
    abi: stakeVaultAbi,
    functionName: 'thaw',
    args: [ROLE.provider, amount],
  });
}

function summary({ token }: SigningSession, removed: number, withdrawn: bigint, bond: Bond): string[] {
  const lines = [
    removed === 0 ? 'no service is offered' : `removed ${removed} service${removed === 1 ? '' : 's'}`,
  ];
  if (withdrawn > 0n) lines.push(`paid ${amountText(withdrawn, token)}`);
  if (bond.locked > 0n) {
    lines.push(
      `${amountText(bond.locked, token)} are locked by open cases: run this again when those have ended`,
    );
  }
  if (bond.thawing > 0n) {
    lines.push(
      `${amountText(bond.thawing, token)} thaw and stay slashable; \`din provider exit --withdraw\` pays out from ${dateText(bond.thawEnd)}`,
    );
  }
  if (bond.tokens === 0n) lines.push('no stake is left in the vault: this provider has left');
  return lines;
}
