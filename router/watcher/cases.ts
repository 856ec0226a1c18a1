import type { PublicClient } from 'viem';
import { slashingCourtAbi } from '../chain/abi/slashingCourt.ts';
import { type CaseKey, caseId, OFFENCES } from '../chain/commitment.ts';
import type { Transactor, WriteCall } from '../chain/transact.ts';
import type { Clock, Random } from '../core/clock.ts';
import { ms, type UnixSeconds, unixSeconds } from '../core/units.ts';
import type { Hex } from '../registry/providerSet.ts';
import type { Court } from './court.ts';
import type { Cursors } from './cursors.ts';
import { describeError } from './describeError.ts';
import { type ActOutcome, decide, isAwake, type KeeperAct, remember } from './docket.ts';
import type { CaseAct, CaseFailure, CaseRef, KeeperRound, WaitingCase } from './keeperRound.ts';
import { createOffenceBook, type Head } from './offenceBook.ts';
import { readOffenceView } from './offenceView.ts';
import { refusalName, refusedUntil } from './refusals.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface KeeperDependencies {
  readonly client: PublicClient;
  readonly transactor: Transactor;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: WatcherLog;
  /** Tries what is due, and sends nothing. */
  readonly dryRun?: boolean;
}

/** Opens a case for each offence that reached the quorum, and executes it when it is due. */
export interface Keeper {
  /** One round at a settlement block. Never rejects: failures are logged, and the next round tries again. */
  step(head: Head): Promise<KeeperRound>;
}

/** So that one transaction that waits for its block does not hold up all others. */
const PARALLEL = 8;

/**
 * Keepers take their turn at random within a thousandth of the evidence window, but a few blocks of any chain: so they
 * seldom pay for the same case.
 */
const MIN_STAGGER_MS = 2_000;
const MAX_STAGGER_MS = 60_000;

/** Another keeper was quicker, or the answer is in the next look at the chain. */
const LATE = new Set(['CaseExists', 'CaseNotOpen', 'TooEarly', 'NoQuorum']);

/** There will never be a case. */
const HOPELESS = new Set(['EvidenceExpired', 'NothingToSlash', 'BeforeThisCourt', 'NotInOffice']);

/** The keeper of one court. */
export function createKeeper(court: Court, dependencies: KeeperDependencies): Keeper {
  const { client, transactor, cursors, clock, random, log, dryRun = false } = dependencies;
  const book = createOffenceBook(client, court, cursors);
  const staggerMs = Math.min(Math.max(court.evidenceSeconds, MIN_STAGGER_MS), MAX_STAGGER_MS);
  const draw = () => ms(random() * staggerMs);
  let toldPause: UnixSeconds | undefined;

  async function send(act: KeeperAct, { key }: CaseRef): Promise<Hex | undefined> {
    const at = { address: court.court, abi: slashingCourtAbi } as const;
    const { epoch, provider, network, offence } = key;
    const call: WriteCall =
      act === 'open'
        ? { ...at, functionName: 'openCase', args: [epoch, provider, network, offence] }
        : { ...at, functionName: 'execute', args: [key] };
    if (!dryRun) return (await transactor.simulateAndSend(call)).transactionHash;
    await transactor.simulate(call);
    return undefined;
  }

  /** What a failed act means; says what an operator should know. */
  function outcomeOf(error: unknown, act: KeeperAct, ref: CaseRef): ActOutcome {
    const refusal = refusalName(error);
    const until = refusedUntil(error, 'IsPaused');
    if (until !== undefined) {
      if (until !== toldPause) log.info({ until }, 'execution_paused');
      toldPause = until;
      return { kind: 'paused', until };
    }
    if (refusal !== undefined && LATE.has(refusal)) {
      log.debug({ ...fieldsOf(ref), refusal }, 'keeper_late');
      return { kind: 'late' };
    }
    if (refusal !== undefined && HOPELESS.has(refusal)) {
      log.info({ ...fieldsOf(ref), refusal }, 'case_impossible');
      return { kind: 'hopeless' };
    }
    log.warn({ ...fieldsOf(ref), act, refusal, ...describeError(error) }, 'keeper_failed');
    return { kind: 'failed' };
  }

  async function handle(id: Hex, ref: CaseRef, { number: block, timestamp: now }: Head, round: Round) {
    const before = book.items.get(id);
    if (before === undefined) return;
    const view = await readOffenceView(client, court, ref.key).catch((error: unknown) => {
      round.unread ??= error;
    });
    if (view === undefined) return;
    const { step, entry } = decide(before.entry, view, { block, now, clock: clock.now(), draw });
    if (step === 'drop') return book.settle(id);
    book.update(id, entry);
    if (step === 'wait') return;
    let outcome: ActOutcome = { kind: 'done' };
    try {
      round.acts.push({ ...ref, act: step, transaction: await send(step, ref) });
      if (!dryRun) log.info(fieldsOf(ref), step === 'open' ? 'case_opened' : 'case_executed');
    } catch (error) {
      outcome = outcomeOf(error, step, ref);
      if (outcome.kind === 'failed') round.failures.push({ ...ref, act: step, error });
    }
    book.update(id, remember(entry, step, outcome, { now, clock: clock.now() }));
  }

  async function handleAll(head: Head, round: Round): Promise<void> {
    const due = [...book.items].filter(([, { entry }]) => isAwake(entry, head.timestamp)).values();
    const work = async () => {
      for (const [id, { key }] of due) {
        await handle(id, refOf(key), head, round);
        // The others would fare no better.
        if (round.unread !== undefined) return;
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
  }

  function refOf(key: CaseKey): CaseRef {
    return { id: caseId(court, key), court: court.court, key };
  }

  function waiting(now: UnixSeconds): WaitingCase[] {
    return [...book.items.values()].flatMap(({ key, entry: { seen, sleepUntil } }) => {
      if (seen?.state !== 'open' && seen?.state !== 'appealed') return [];
      const dueAt = unixSeconds(Math.max(seen.executableAt, sleepUntil));
      return dueAt > now ? [{ ...refOf(key), dueAt }] : [];
    });
  }

  return {
    async step(head) {
      const round: Round = { acts: [], failures: [], unread: undefined };
      const reading = await book.read(head).then(
        (isComplete) => ({ isComplete, error: undefined }),
        (error: unknown) => ({ isComplete: false, error }),
      );
      // What is known already is not kept waiting by what could not be read.
      await handleAll(head, round);
      const unread = reading.error ?? round.unread;
      if (unread !== undefined) log.warn(describeError(unread), 'cases_unread');
      const isComplete = reading.isComplete && unread === undefined;
      return { ...round, unread, waiting: waiting(head.timestamp), isComplete };
    },
  };
}

interface Round {
  readonly acts: CaseAct[];
  readonly failures: CaseFailure[];
  unread: unknown;
}

function fieldsOf({ id, key: { epoch, provider, network, offence } }: CaseRef): object {
  return { caseId: id, epoch: Number(epoch), provider, network, offence: OFFENCES[offence] };
}
