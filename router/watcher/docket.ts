import type { CaseState } from '../chain/caseState.ts';
import type { Ms, UnixSeconds } from '../core/units.ts';

/** What the chain says about an offence now. */
export interface OffenceView {
  readonly state: CaseState;
  /** Of an open or appealed case: until then guardian or governor may end it. */
  readonly executableAt: UnixSeconds;
  readonly hasQuorum: boolean;
  /** The epoch's reveal window closes: from here on the tally does not change any more. */
  readonly tallyUntil: UnixSeconds;
  /** From here on no case can be opened. */
  readonly evidenceUntil: UnixSeconds;
}

/** What a keeper sends. */
export type KeeperAct = 'open' | 'execute';
export type KeeperStep = KeeperAct | 'wait' | 'drop';

/** What an offence calls for at the chain's time `now`. */
export function keeperStep(view: OffenceView, now: UnixSeconds): KeeperStep {
  switch (view.state) {
    case 'vetoed':
    case 'overturned':
    case 'executed':
      return 'drop';
    case 'open':
    case 'appealed':
      return now >= view.executableAt ? 'execute' : 'wait';
    case 'none':
      if (now >= view.evidenceUntil) return 'drop';
      if (view.hasQuorum) return 'open';
      return now >= view.tallyUntil ? 'drop' : 'wait';
  }
}

/** What one keeper remembers of one offence. Never changed: each look makes a new one. */
export interface DocketEntry {
  /** What was seen last, and the block since which it was the same. */
  readonly seen: (Pick<OffenceView, 'state' | 'executableAt' | 'hasQuorum'> & { since: bigint }) | undefined;
  /** In the chain's time: nothing to look at before, unless something is heard. */
  readonly sleepUntil: UnixSeconds;
  /** When it acts, unless another keeper was quicker. */
  readonly turnAt: Ms | undefined;
  /** It did or tried this: not again before. */
  readonly held: { readonly act: KeeperAct; readonly until: Ms } | undefined;
  readonly failures: number;
  /** The court said that there will never be a case. */
  readonly isHopeless: boolean;
}

export const NEW_ENTRY: DocketEntry = {
  seen: undefined,
  sleepUntil: 0 as UnixSeconds,
  turnAt: undefined,
  held: undefined,
  failures: 0,
  isHopeless: false,
};

/** What a reorg may take away: only what was the same for longer is believed to stay. */
export const REORG_BLOCKS = 12n;

/** After a success: nodes behind one address may not know of it yet. */
const SUCCESS_HOLD_MS = 15_000;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 300_000;

/** Between two looks at a pause: the governor may end it early. */
const PAUSE_LOOK_SECONDS = 600;

/** One keeper's moment. */
export interface Moment {
  readonly block: bigint;
  /** The block's. */
  readonly now: UnixSeconds;
  readonly clock: Ms;
  /** Draws how long to wait for one's turn. */
  readonly draw: () => Ms;
}

export interface Decision {
  readonly step: KeeperStep;
  /** What to remember, whatever becomes of the step. */
  readonly entry: DocketEntry;
}

/** Whether an offence is to be looked at. */
export function isAwake(entry: DocketEntry, now: UnixSeconds): boolean {
  return now >= entry.sleepUntil;
}

/** What a keeper does about an offence at which it looks now. Acts come in turn, ends only once they are final. */
export function decide(entry: DocketEntry, view: OffenceView, moment: Moment): Decision {
  const { now, clock } = moment;
  const step = entry.isHopeless ? 'drop' : keeperStep(view, now);
  const seen = { ...pick(view), since: sinceOf(entry, view, moment.block) };
  const isFinal = moment.block - seen.since > REORG_BLOCKS;
  if (step === 'drop')
    return { step: isFinal ? 'drop' : 'wait', entry: { ...entry, seen, turnAt: undefined } };
  if (step === 'wait') {
    const next = view.state === 'none' ? view.tallyUntil : view.executableAt;
    const sleepUntil = isFinal ? next : entry.sleepUntil;
    return { step, entry: { ...entry, seen, sleepUntil, turnAt: undefined } };
  }
  const turnAt = entry.turnAt ?? turnOf(step, view, moment);
  const isHeld = entry.held?.act === step && clock < entry.held.until;
  return { step: isHeld || clock < turnAt ? 'wait' : step, entry: { ...entry, seen, turnAt } };
}

/** Somebody attested it once more: what was believed to stay may have changed. */
export function wake(entry: DocketEntry): DocketEntry {
  return { ...entry, seen: undefined, sleepUntil: 0 as UnixSeconds };
}

/** - `late`: another keeper was quicker, or this one too early for the endpoint's block */
export type ActOutcome =
  | { readonly kind: 'done' | 'late' | 'failed' | 'hopeless' }
  | { readonly kind: 'paused'; readonly until: UnixSeconds };

/** What to remember once an act has come to an end. */
export function remember(
  entry: DocketEntry,
  act: KeeperAct,
  outcome: ActOutcome,
  { now, clock }: Pick<Moment, 'now' | 'clock'>,
): DocketEntry {
  const after = { ...entry, turnAt: undefined };
  switch (outcome.kind) {
    case 'done':
      return { ...after, failures: 0, held: { act, until: (clock + SUCCESS_HOLD_MS) as Ms } };
    case 'late':
      return after;
    case 'hopeless':
      return { ...after, isHopeless: true };
    case 'paused':
      return { ...after, sleepUntil: Math.min(outcome.until, now + PAUSE_LOOK_SECONDS) as UnixSeconds };
    case 'failed': {
      const wait = Math.min(FIRST_RETRY_MS * 2 ** entry.failures, LAST_RETRY_MS);
      return { ...after, failures: entry.failures + 1, held: { act, until: (clock + wait) as Ms } };
    }
  }
}

/** Never later than in the middle of the time that is left. */
function turnOf(act: KeeperAct, view: OffenceView, { now, clock, draw }: Moment): Ms {
  const left = act === 'open' ? ((view.evidenceUntil - now) * 1000) / 2 : Number.POSITIVE_INFINITY;
  return (clock + Math.min(draw(), left)) as Ms;
}

function sinceOf({ seen }: DocketEntry, view: OffenceView, block: bigint): bigint {
  const isSame =
    seen?.state === view.state &&
    seen.executableAt === view.executableAt &&
    seen.hasQuorum === view.hasQuorum;
  return isSame && seen.since < block ? seen.since : block;
}

function pick({ state, executableAt, hasQuorum }: OffenceView) {
  return { state, executableAt, hasQuorum };
}
