import { type KeeperSettings, runKeeperOnce } from '../../../router/bin/keeper.ts';
import { describeChainError } from '../../../router/chain/chainError.ts';
import { OFFENCES } from '../../../router/chain/commitment.ts';
import { DinError } from '../../../router/core/dinError.ts';
import type { CaseFailure, CaseRef, KeeperRound } from '../../../router/watcher/keeperRound.ts';
import { listNetworks, type Network } from '../../lib/networks.ts';
import type { Session } from '../../lib/session.ts';
import { table } from '../../lib/table.ts';
import { dateText } from '../../lib/time.ts';

/**
 * `din keeper --once`: does what is due, and says what it did and what waits.
 * @throws {@link KeeperFailedError} when something that is due could not be done.
 */
export async function reportOnce(session: Session, settings: KeeperSettings, dryRun: boolean): Promise<void> {
  const networks = await listNetworks(session);
  const { acts, waiting, failures } = await runKeeperOnce(settings, dryRun);
  const describe = (ref: CaseRef) => describeCase(ref, networks);
  const done = acts.map(({ act, transaction, ...ref }) => ({
    act,
    ...describe(ref),
    transaction: transaction ?? null,
  }));
  const later = waiting.map(({ dueAt, ...ref }) => ({ ...describe(ref), dueAt }));
  const lines = [...actLines(done), ...waitingLines(waiting)];
  if (failures.length > 0) {
    for (const line of lines) session.output.progress(line);
    throw new KeeperFailedError(acts.length, failures);
  }
  session.output.result({ keeper: settings.account.address, dryRun, acts: done, waiting: later }, lines);
}

function describeCase({ id, court, key }: CaseRef, networks: readonly Network[]) {
  const { provider, network, epoch, offence } = key;
  const slug = networks.find(({ key: known }) => known === network)?.slug ?? network;
  return { id, court, provider, network: slug, epoch, offence: OFFENCES[offence] ?? String(offence) };
}

function actLines(
  acts: readonly (ReturnType<typeof describeCase> & { act: string; transaction: string | null })[],
): string[] {
  if (acts.length === 0) return ['nothing is due'];
  const head = ['ACT', 'PROVIDER', 'NETWORK', 'OFFENCE', 'EPOCH', 'CASE', 'TRANSACTION'];
  const rows = acts.map(({ act, provider, network, offence, epoch, id, transaction }) => [
    ...[act, provider, network, offence, String(epoch), id],
    transaction ?? 'not sent',
  ]);
  return table([head, ...rows]);
}

function waitingLines(waiting: KeeperRound['waiting']): string[] {
  if (waiting.length === 0) return [];
  const next = Math.min(...waiting.map(({ dueAt }) => dueAt));
  return [`${waiting.length} pending cases wait, the next one until ${dateText(next)}`];
}

export class KeeperFailedError extends DinError {
  readonly code = 'KEEPER_FAILED';
  constructor(done: number, failures: readonly CaseFailure[]) {
    const [first] = failures;
    const why = first ? `${first.act} of case ${first.id}: ${describeChainError(first.error)}` : '';
    super(`${failures.length} of ${done + failures.length} due acts failed. ${why}`, { cause: first?.error });
  }
}
