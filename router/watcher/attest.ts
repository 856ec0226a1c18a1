import type { PublicClient } from 'viem';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { chunkHash } from '../chain/commitment.ts';
import { type EpochParams, phaseOf } from '../chain/epochClock.ts';
import type { Transactor } from '../chain/transact.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import { describeError } from './describeError.ts';
import { type AttestationStep, nextStep } from './nextStep.ts';
import { refusalName } from './refusals.ts';
import type { ReportStore, StoredReport } from './reportStore.ts';
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
 * Takes every pending report as far as its open window allows: commit, then chunk after chunk of the reveal. The
 * chain says how far a report has come, so it may be called at any time and after any crash. A failure is logged, and
 * the next call tries again.
 *
 * @param now Timestamp of the newest settlement block.
 */
export async function attest(dependencies: AttestDependencies, now: UnixSeconds): Promise<void> {
  for (const report of dependencies.store.pending()) {
    try {
      await advance(dependencies, report, now);
    } catch (error) {
      refused(dependencies, report, error);
    }
  }
}

async function advance(dependencies: AttestDependencies, report: StoredReport, now: UnixSeconds) {
  const { client, transactor, hub, params, store, log } = dependencies;
  const { epoch } = report;
  const contract = { address: hub, abi: watcherHubAbi } as const;
  const onChain = await client.readContract({
    ...contract,
    functionName: 'reportOf',
    args: [transactor.account.address, BigInt(epoch)],
  });
  const step = nextStep(report, onChain, phaseOf(params, epoch, now));
  switch (step.kind) {
    case 'wait':
      if (step.state !== report.state) store.setState(epoch, step.state);
      return;
    case 'commit':
      await transactor.simulateAndSend({
        ...contract,
        functionName: 'commit',
        args: [BigInt(epoch), report.commitment],
      });
      store.setState(epoch, 'committed');
      log.info({ epoch }, 'report_committed');
      return;
    case 'reveal':
      await reveal(dependencies, report, step);
      store.setState(epoch, 'revealed');
      log.info({ epoch, chunks: report.chunks.length }, 'report_revealed');
      return;
    case 'over':
      store.setState(epoch, step.state);
      if (step.state === 'missed') log.error({ epoch, code: step.why }, 'report_missed');
      return;
  }
}

async function reveal(
  { transactor, hub }: AttestDependencies,
  { epoch, salt, chunks }: StoredReport,
  { from }: Extract<AttestationStep, { kind: 'reveal' }>,
): Promise<void> {
  const hashes = chunks.map(chunkHash);
  for (const { measurements, breaches } of chunks.slice(from)) {
    await transactor.simulateAndSend({
      address: hub,
      abi: watcherHubAbi,
      functionName: 'reveal',
      args: [BigInt(epoch), salt, hashes, measurements, breaches],
    });
  }
}

/** The hub's answers that another try cannot change. */
const HOPELESS = new Set(['NoWeight', 'CommitmentMismatch', 'ChunkMismatch', 'NotABreach']);

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

function refused({ store, log }: AttestDependencies, { epoch, state }: StoredReport, error: unknown): void {
  const name = refusalName(error);
  if (name !== undefined && SETTLED_BY_LOOKING.has(name)) {
    log.debug({ epoch, refusal: name }, 'attest_not_now');
    return;
  }
  const fields = { epoch, state, refusal: name, ...describeError(error) };
  if (name !== undefined && HOPELESS.has(name)) {
    store.setState(epoch, 'missed');
    log.error(fields, 'report_refused');
  } else {
    log.error(fields, 'attest_failed');
  }
}
