import { watcherHubAbi } from '../../../router/chain/abi/watcherHub.ts';
import { discoverContracts } from '../../../router/chain/contracts.ts';
import { smaller } from '../../../router/core/bigints.ts';
import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { perform, planned, report } from '../../lib/perform.ts';
import { activeStake } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';
import { requireJoined } from '../../lib/watcherChecks.ts';
import { readWatcher } from '../../lib/watcherState.ts';

/** `din watcher sync <address>`: a weight that is the bond's already is no error. */
export async function sync(text: string, options: SigningOptions, io: CliIo): Promise<void> {
  const id = addressOf(text, 'The watcher');
  const session = await openSigningSession(options, io);
  const { client, contracts, token } = session;
  const { hub } = await discoverContracts(client, contracts.registry);
  const at = { address: hub, abi: watcherHubAbi } as const;
  const watcher = await readWatcher(session, hub, id);
  requireJoined(watcher);
  // Of the next epoch: the last change may not count yet.
  const [before, maxWeight] = await Promise.all([
    client.readContract({ ...at, functionName: 'weightAt', args: [id, watcher.epoch + 1n] }),
    client.readContract({ ...at, functionName: 'maxWeight' }),
  ]);
  const weight = weightOf(activeStake(watcher.bond), watcher.minBond, maxWeight);
  const transactions = await perform(
    session,
    weight === before ? [] : [planned('WatcherHub', { ...at, functionName: 'syncWeight', args: [id] })],
  );
  report(
    session,
    transactions,
    { watcher: id, before: formatAmount(before, token), weight: formatAmount(weight, token) },
    [
      weight === before
        ? `${id} weighs ${amountText(weight, token)}, as its bond says`
        : `${id} weighs ${amountText(weight, token)} from the next epoch on, before ${amountText(before, token)}`,
    ],
  );
}

/** As the hub reckons it. */
function weightOf(bond: bigint, minBond: bigint, maxWeight: bigint): bigint {
  return bond < minBond ? 0n : smaller(bond, maxWeight);
}
