import type { PublicClient } from 'viem';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { chunkHash } from '../chain/commitment.ts';
import { type EpochParams, lastClosedEpoch, phaseOf, windowsOf } from '../chain/epochClock.ts';
import type { Transactor } from '../chain/transact.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import { describeError } from './describeError.ts';
import { createLane, type Lane } from './lane.ts';
import { nextStep } from './nextStep.ts';
import { refusalName } from './refusals.ts';
import { CorruptReportError, type ReportState, type ReportStore } from './reportStore.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface AttestDependencies {
  readonly client: PublicClient;
  readonly transactor: Transactor;
  readonly hub: Address;
  readonly params: EpochParams;
  readonly store: ReportStore;
  readonly log: WatcherLog;
}

/**
 * Takes reports as far as their open windows allow: commit, then chunk after chunk of the reveal. The chain says how
 * far a report has come, so a crash or a reorg at any time is made good. A failure is logged, and the next step tries
 * again. Reports do not wait for each other: the reveal of one epoch may take as long as the commit of the next.
 */
export interface Attester {
  /** @param now Timestamp of the newest settlement block. */
  step(now: UnixSeconds): void;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
}

export function createAttester(dependencies: AttestDependencies): Attester {
  const { params, store } = dependencies;
  const lanes = new Map<number, Lane>();
  return {
    step(now) {
      const open = new Map(
        store.pending((lastClosedEpoch(params, now) ?? -1) + 1).map(({ epoch, state }) => [epoch, state]),
      );
      for (const epoch of lanes.keys()) if (!open.has(epoch)) lanes.delete(epoch);
      for (const [epoch, state] of open) {
        const lane = lanes.get(epoch) ?? createLane((error) => refused(dependencies, epoch, error));
        lanes.set(epoch, lane);
        lane.enter(() => advance(dependencies, epoch, state, now));
      }
    },
    idle: async () => void (await Promise.all([...lanes.values()].map((lane) => lane.idle()))),
  };
}

async function advance(
  dependencies: AttestDependencies,
  epoch: number,
  state: ReportState,
  now: UnixSeconds,
): Promise<void> {
  const { client, transactor, hub, params, store, log } = dependencies;
  const contract = { address: hub, abi: watcherHubAbi } as const;
  const onChain = await client.readContract({
    ...contract,
    functionName: 'reportOf',
    args: [transactor.account.address, BigInt(epoch)],
  });
  const report = store.get(epoch);
  if (report === undefined) return;
  const { commitEnd, revealEnd } = windowsOf(params, epoch);
  // In no block by the end of its window, a transaction is of no use any more.
  const within = (end: UnixSeconds) => ({ timeoutMs: Math.max(end - now, 1) * 1000 });
  const step = nextStep({ ...report, state }, onChain, phaseOf(params, epoch, now));
  switch (step.kind) {
    case 'wait':
      if (step.state === state) return;
      store.setState(epoch, step.state);
      // By a process that was killed before it knew.
      if (state === 'stored') log.info({ epoch }, 'report_committed');
      return;
    case 'commit':
      if (state !== 'stored') log.warn({ epoch }, 'commit_lost');
      await transactor.simulateAndSend(
        { ...contract, functionName: 'commit', args: [BigInt(epoch), report.commitment] },
        within(commitEnd),
      );
      store.setState(epoch, 'committed');
      log.info({ epoch }, 'report_committed');
      return;
    case 'reveal': {
      if (state === 'revealed') log.warn({ epoch }, 'reveal_lost');
      const hashes = report.chunks.map(chunkHash);
      for (const { measurements, breaches } of report.chunks.slice(step.from)) {
        const args = [BigInt(epoch), report.salt, hashes, measurements, breaches] as const;
        await transactor.simulateAndSend({ ...contract, functionName: 'reveal', args }, within(revealEnd));
      }
      store.setState(epoch, 'revealed');
      log.info({ epoch, chunks: report.chunks.length }, 'report_revealed');
      return;
    }
    case 'over':
      if (step.state === state) return;
      store.setState(epoch, step.state);
      if (step.state === 'missed') log.error({ epoch, code: step.why }, 'report_missed');
      else log.info({ epoch, chunks: report.chunks.length }, 'report_revealed');
      return;
  }
}

/** The hub's answers that another try cannot change. */
const HOPELESS = new Set([
  'NoWeight',
  'CommitmentMismatch',
  'ChunkMismatch',
  'NotABreach',
  'ServiceUnknown',
  'BreachesNotSorted',
]);

/** The race against the clock or against oneself: the next look at the chain settles it. */
const SETTLED_BY_LOOKING = new Set([
  'AlreadyCommitted',
  'AlreadyRevealed',
  'NotCommitted',
  'EpochNotEnded',
  'RevealWindowNotOpen',
  'CommitWindowClosed',
  'RevealWindowClosed',
]);

function refused({ store, log }: AttestDependencies, epoch: number, error: unknown): void {
  const name = refusalName(error);
  if (name !== undefined && SETTLED_BY_LOOKING.has(name)) {
    log.debug({ epoch, refusal: name }, 'attest_not_now');
    return;
  }
  const fields = { epoch, refusal: name, ...describeError(error) };
  if (error instanceof CorruptReportError || (name !== undefined && HOPELESS.has(name))) {
    store.setState(epoch, 'missed');
    log.error(fields, 'report_refused');
  } else {
    log.error(fields, 'attest_failed');
  }
}
