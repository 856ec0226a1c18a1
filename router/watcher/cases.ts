import type { PublicClient } from 'viem';
import { slashingCourtAbi } from '../chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { caseStateOf } from '../chain/caseState.ts';
import { type CaseKey, caseId, OFFENCES, offenceId } from '../chain/commitment.ts';
import type { Contracts } from '../chain/contracts.ts';
import { type EpochParams, windowsOf } from '../chain/epochClock.ts';
import type { Transactor } from '../chain/transact.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Hex } from '../registry/providerSet.ts';
import { createOffenceReader } from './attestedOffences.ts';
import type { Cursors } from './cursors.ts';
import { describeError } from './describeError.ts';
import { keeperStep, type Offence, type OffenceView } from './docket.ts';
import { refusalName, refusedUntil } from './refusals.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface KeeperDependencies {
  readonly client: PublicClient;
  readonly transactor: Transactor;
  readonly contracts: Contracts;
  readonly params: EpochParams;
  /** Seconds after an epoch's reveal window in which its offences may be brought. */
  readonly evidenceSeconds: number;
  readonly store: Cursors;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: WatcherLog;
}

/** Opens a case for each offence that reached the quorum, and executes it when it is due. */
export interface Keeper {
  /** One round at the settlement block `head`. Failures are logged, and the next round tries again. */
  step(head: { readonly number: bigint; readonly timestamp: UnixSeconds }): Promise<void>;
}

interface Entry {
  readonly offence: Offence;
  /** In which it was attested first. */
  readonly block: bigint;
  /** In the chain's time: nothing to do before. */
  notBefore: UnixSeconds;
  /** Of this process: when it acts, unless another keeper was quicker. */
  turnAtMs: number | undefined;
}

/** First look back: about a week of 12-second blocks; the evidence window of a longer one is other keepers' work. */
const LOOKBACK_BLOCKS = 50_000n;

/** Read again each time, as the newest blocks may have been replaced. */
const REORG_BLOCKS = 12n;

/** How far the cursor moves before it is written: a restart reads that much again. */
const CURSOR_STEP_BLOCKS = 100n;

/** Keepers take their turn at random within this time, so that they seldom pay for the same case. */
const STAGGER_MS = 2_000;

/** Another keeper was quicker, or the answer is in the next look at the chain. */
const NO_ERROR = new Set(['CaseExists', 'CaseNotOpen', 'TooEarly', 'NoQuorum']);

/** There will never be a case. */
const HOPELESS = new Set([
  'EvidenceExpired',
  'NothingToSlash',
  'NotSubjective',
  'BeforeThisCourt',
  'NotInOffice',
]);

export function createKeeper(dependencies: KeeperDependencies): Keeper {
  const { client, transactor, contracts, params, evidenceSeconds, store, clock, random, log } = dependencies;
  const reader = createOffenceReader(client, contracts.hub);
  const court = { address: contracts.court, abi: slashingCourtAbi } as const;
  const entries = new Map<Hex, Entry>();
  /** Settled offences that are still within the blocks read again, by the block in which they were attested. */
  const settled = new Map<Hex, bigint>();
  let next: bigint | undefined;

  async function look(head: bigint): Promise<void> {
    const lookback = head > LOOKBACK_BLOCKS ? head - LOOKBACK_BLOCKS : 0n;
    const earliest = lookback > contracts.deploymentBlock ? lookback : contracts.deploymentBlock;
    const from = next ?? store.cursor(contracts.court) ?? earliest;
    // Ahead of the head: the endpoint lags, or the chain was reorged.
    const range = await reader.read(from > head ? head : from, head);
    for (const { block, ...offence } of range.offences) {
      const id = idOf(offence);
      if (entries.has(id) || settled.has(id)) continue;
      entries.set(id, { offence, block, notBefore: 0 as UnixSeconds, turnAtMs: undefined });
    }
    const overlap = head > REORG_BLOCKS ? head - REORG_BLOCKS : 0n;
    next = range.next > overlap ? (overlap > from ? overlap : from) : range.next;
    for (const [id, block] of settled) if (block < next) settled.delete(id);
  }

  async function view(offence: Offence, now: UnixSeconds): Promise<OffenceView> {
    const id = idOf(offence);
    const [found, hasQuorum] = await Promise.all([
      client.readContract({
        ...court,
        functionName: 'caseOf',
        args: [caseId(contracts, keyOf(offence))],
      }),
      client.readContract({
        address: contracts.hub,
        abi: watcherHubAbi,
        functionName: 'hasQuorum',
        args: [id, BigInt(offence.epoch)],
      }),
    ]);
    const { revealEnd } = windowsOf(params, offence.epoch);
    return {
      state: caseStateOf(found.state),
      executableAt: found.executableAt as UnixSeconds,
      hasQuorum,
      tallyFinal: now >= revealEnd,
      evidenceUntil: (revealEnd + evidenceSeconds) as UnixSeconds,
    };
  }

  async function handle(id: Hex, entry: Entry, now: UnixSeconds): Promise<void> {
    if (now < entry.notBefore) return;
    const { offence } = entry;
    const found = await view(offence, now);
    const step = keeperStep(found, now);
    if (step === 'drop') return settle(id, entry);
    if (step === 'wait') {
      if (found.state !== 'none') entry.notBefore = found.executableAt;
      return;
    }
    entry.turnAtMs ??= clock.now() + random() * STAGGER_MS;
    if (clock.now() < entry.turnAtMs) return;
    entry.turnAtMs = undefined;
    if (step === 'open') {
      await transactor.simulateAndSend({
        ...court,
        functionName: 'openCase',
        args: [BigInt(offence.epoch), offence.provider, offence.network, offence.offence],
      });
      log.info(fieldsOf(offence), 'case_opened');
    } else {
      await transactor.simulateAndSend({
        ...court,
        functionName: 'execute',
        args: [keyOf(offence)],
      });
      log.info(fieldsOf(offence), 'case_executed');
      settle(id, entry);
    }
  }

  function settle(id: Hex, { block }: Entry): void {
    entries.delete(id);
    settled.set(id, block);
  }

  return {
    async step(head) {
      try {
        await look(head.number);
      } catch (error) {
        log.warn(describeError(error), 'breaches_unread');
      }
      for (const [id, entry] of entries) {
        try {
          await handle(id, entry, head.timestamp);
        } catch (error) {
          const refusal = refusalName(error);
          const pausedUntil = refusedUntil(error, 'IsPaused');
          if (pausedUntil !== undefined) {
            entry.notBefore = pausedUntil;
            log.info({ ...fieldsOf(entry.offence), until: pausedUntil }, 'execution_paused');
            continue;
          }
          if (refusal !== undefined && NO_ERROR.has(refusal)) continue;
          if (refusal !== undefined && HOPELESS.has(refusal)) settle(id, entry);
          log.warn({ ...fieldsOf(entry.offence), refusal, ...describeError(error) }, 'keeper_failed');
        }
      }
      if (next === undefined) return;
      // After a restart everything unsettled is found again.
      let cursor = next;
      for (const { block } of entries.values()) if (block < cursor) cursor = block;
      const stored = store.cursor(contracts.court);
      if (stored === undefined || cursor - stored >= CURSOR_STEP_BLOCKS)
        store.setCursor(contracts.court, cursor);
    },
  };
}

function idOf(offence: Offence): Hex {
  return offenceId(keyOf(offence));
}

function keyOf(offence: Offence): CaseKey {
  return { ...offence, epoch: BigInt(offence.epoch) };
}

function fieldsOf({ epoch, provider, network, offence }: Offence): object {
  return { epoch, provider, network, offence: OFFENCES[offence] };
}
