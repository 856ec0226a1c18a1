import type { CaseState } from '../chain/caseState.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { KeeperAct, OffenceView } from './docket.ts';

export const TALLY_UNTIL = 2_000;
export const EVIDENCE_UNTIL = 20_000;
export const VETO_SECONDS = 300;
export const APPEAL_SECONDS = 500;
export const PAUSE_SECONDS = 700;
const QUORUM = 2;

interface State {
  readonly state: CaseState;
  readonly executableAt: number;
  readonly tally: number;
  readonly pausedUntil: number;
}

interface Block extends State {
  readonly time: number;
  readonly attested: boolean;
}

/** What the court answers; `refused` costs gas when it stands in a block. */
export type Answer = 'done' | 'refused' | { readonly pausedUntil: UnixSeconds };

/** One offence as the contracts see it, block by block: the rules of `SlashingCourt`, without the rest of the world. */
export interface DocketChain {
  readonly height: number;
  readonly time: number;
  /** How often the case changed, on this chain and on those that reorgs threw away. */
  readonly changes: number;
  view(height?: number): OffenceView;
  state(): CaseState;
  /** Whether there is something that a keeper could do now. */
  isDue(): boolean;
  /** Heights of the blocks since `from` in which somebody attested. */
  attestedSince(from: number): number[];
  /** What a call would do now. */
  simulate(act: KeeperAct): Answer;
  /** Mines a block, `seconds` after the last, with one transaction of this kind in it. */
  mine(
    seconds: number,
    what?: KeeperAct | 'attest' | 'veto' | 'appeal' | 'uphold' | 'pause' | 'unpause',
  ): Answer;
  /** Replaces the newest blocks by empty ones, and one more. */
  reorg(depth: number): void;
}

export function createDocketChain(): DocketChain {
  const blocks: Block[] = [
    { time: 0, attested: false, state: 'none', executableAt: 0, tally: 0, pausedUntil: 0 },
  ];
  let changes = 0;
  const head = () => blocks.at(-1) as Block;

  function apply(now: number, what: Parameters<DocketChain['mine']>[1]): { next: State; answer: Answer } {
    const last = head();
    const isPending = last.state === 'open' || last.state === 'appealed';
    const refused = { next: last, answer: 'refused' } as const;
    const done = (change: Partial<State>) => ({ next: { ...last, ...change }, answer: 'done' as const });
    switch (what) {
      case undefined:
        return done({});
      case 'attest':
        return now < TALLY_UNTIL ? done({ tally: last.tally + 1 }) : refused;
      case 'open':
        return last.state === 'none' && last.tally >= QUORUM && now < EVIDENCE_UNTIL
          ? done({ state: 'open', executableAt: now + VETO_SECONDS })
          : refused;
      case 'execute':
        if (!isPending || now < last.executableAt) return refused;
        if (now < last.pausedUntil)
          return { next: last, answer: { pausedUntil: last.pausedUntil as UnixSeconds } };
        return done({ state: 'executed' });
      case 'veto':
        return isPending && now < last.executableAt ? done({ state: 'vetoed' }) : refused;
      case 'appeal':
        return last.state === 'open' && now < last.executableAt
          ? done({ state: 'appealed', executableAt: now + APPEAL_SECONDS })
          : refused;
      case 'uphold':
        return last.state === 'appealed' && now < last.executableAt ? done({ state: 'overturned' }) : refused;
      case 'pause':
        return now >= last.pausedUntil + PAUSE_SECONDS ? done({ pausedUntil: now + PAUSE_SECONDS }) : refused;
      case 'unpause':
        return now < last.pausedUntil ? done({ pausedUntil: now }) : refused;
    }
  }

  return {
    get height() {
      return blocks.length - 1;
    },
    get time() {
      return head().time;
    },
    get changes() {
      return changes;
    },
    view(height = blocks.length - 1) {
      const { state, executableAt, tally } = blocks[Math.max(height, 0)] as Block;
      return {
        state,
        executableAt: executableAt as UnixSeconds,
        hasQuorum: tally >= QUORUM,
        tallyUntil: TALLY_UNTIL as UnixSeconds,
        evidenceUntil: EVIDENCE_UNTIL as UnixSeconds,
      };
    },
    state: () => head().state,
    isDue: () => (['open', 'execute'] as const).some((act) => apply(head().time, act).answer === 'done'),
    attestedSince: (from) =>
      blocks.flatMap(({ attested }, height) => (attested && height >= from ? [height] : [])),
    simulate: (act) => apply(head().time, act).answer,
    mine(seconds, what) {
      const time = head().time + Math.max(seconds, 1);
      const { next, answer } = apply(time, what);
      if (answer === 'done' && what !== undefined) changes += 1;
      const attested = what === 'attest' && answer === 'done';
      blocks.push({ ...next, time, attested });
      return answer;
    },
    reorg(depth) {
      const { time } = head();
      const kept = Math.max(blocks.length - depth, 1);
      const lost = blocks.splice(kept);
      const { state, executableAt, tally, pausedUntil } = head();
      for (const block of lost) {
        blocks.push({ time: block.time, attested: false, state, executableAt, tally, pausedUntil });
      }
      blocks.push({ ...head(), time: time + 1, attested: false });
      changes += 1;
    },
  };
}
