import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ms, unixSeconds } from '../core/units.ts';
import {
  type ActOutcome,
  type DocketEntry,
  decide,
  isAwake,
  type KeeperAct,
  NEW_ENTRY,
  REORG_BLOCKS,
  remember,
  wake,
} from './docket.ts';
import {
  type Answer,
  APPEAL_SECONDS,
  createDocketChain,
  type DocketChain,
  EVIDENCE_UNTIL,
  VETO_SECONDS,
} from './docketChain.fixture.ts';

const KEEPERS = 3;
const STAGGER_MS = 20_000;

/** One keeper's memory of the one offence; what it has sent waits in the pool. */
interface ModelKeeper {
  entry: DocketEntry | undefined;
  lastHeard: number;
  sent: { readonly act: KeeperAct; readonly entry: DocketEntry } | undefined;
  reverted: number;
}

function createKeepers(chain: DocketChain, draws: () => number) {
  const newKeeper = (): ModelKeeper => ({ entry: undefined, lastHeard: -1, sent: undefined, reverted: 0 });
  const keepers = Array.from({ length: KEEPERS }, newKeeper);
  const moment = () => ({
    block: BigInt(chain.height),
    now: unixSeconds(chain.time),
    // Each keeper's own clock; a block a second or more.
    clock: ms(chain.time * 1000),
    draw: () => ms(draws() * STAGGER_MS),
  });

  function hear(keeper: ModelKeeper): void {
    const overlap = chain.height - Number(REORG_BLOCKS);
    // A keeper without memory reads all.
    for (const height of chain.attestedSince(keeper.lastHeard < 0 ? 0 : overlap)) {
      if (keeper.entry === undefined) keeper.entry = NEW_ENTRY;
      else if (height > keeper.lastHeard) keeper.entry = wake(keeper.entry);
      keeper.lastHeard = Math.max(keeper.lastHeard, height);
    }
  }

  function outcomeOf(answer: Answer): ActOutcome {
    if (answer === 'done') return { kind: 'done' };
    return answer === 'refused' ? { kind: 'late' } : { kind: 'paused', until: answer.pausedUntil };
  }

  return {
    all: keepers,
    /** @param lag How many blocks its endpoint is behind with what it says of the case. */
    look(index: number, lag = 0): void {
      const keeper = keepers[index] as ModelKeeper;
      if (keeper.sent !== undefined) return;
      hear(keeper);
      if (keeper.entry === undefined || !isAwake(keeper.entry, unixSeconds(chain.time))) return;
      const { step, entry } = decide(keeper.entry, chain.view(chain.height - lag), moment());
      if (step === 'drop') {
        keeper.entry = undefined;
        return;
      }
      keeper.entry = entry;
      if (step === 'wait') return;
      const answer = chain.simulate(step);
      if (answer === 'done') keeper.sent = { act: step, entry };
      else keeper.entry = remember(entry, step, outcomeOf(answer), moment());
    },
    /** A block with what one keeper has sent. */
    include(index: number, seconds: number): void {
      const keeper = keepers[index] as ModelKeeper;
      if (keeper.sent === undefined) return;
      const { act, entry } = keeper.sent;
      const answer = chain.mine(seconds, act);
      if (answer !== 'done') keeper.reverted += 1;
      keeper.entry = remember(entry, act, outcomeOf(answer), moment());
      keeper.sent = undefined;
    },
    /** Killed and started again: what it sent is still in the pool, and nobody waits for it. */
    restart(index: number, seconds: number): void {
      const { sent, reverted } = keepers[index] as ModelKeeper;
      keepers[index] = { ...newKeeper(), reverted };
      if (sent !== undefined && chain.mine(seconds, sent.act) !== 'done')
        (keepers[index] as ModelKeeper).reverted += 1;
    },
  };
}

const keeper = fc.nat(KEEPERS - 1);
const seconds = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 150 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 12_000 }) },
);
const depth = fc.integer({ min: 1, max: Number(REORG_BLOCKS) });
const kindOf = <const K extends string>(...kinds: K[]) => fc.constantFrom(...kinds);
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: kindOf('look'), keeper, lag: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: kindOf('include', 'restart'), keeper, seconds }) },
  { weight: 4, arbitrary: fc.record({ kind: kindOf('mine', 'attest'), seconds }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf('reorg'), depth }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kindOf('veto', 'appeal', 'uphold', 'pause', 'unpause'), seconds }),
  },
);
/** In quiet times: some blocks after an act of the keeper that is left. */
const lateReorg = fc.option(fc.record({ blocks: fc.nat(10), depth }));

/** In a minute of its quiet times, what others do. */
const lateEvent = fc.record({ minute: fc.nat(60), kind: kindOf('attest', 'appeal', 'pause', 'unpause') });

/** How long anything that is due may wait for a keeper that looks every minute. */
const PATIENCE_SECONDS = 800;

test('whatever happened in whatever order, one keeper alone brings it to its end, soon and once, and forgets it', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 60 }),
      fc.array(lateReorg, { maxLength: 4 }),
      fc.array(lateEvent, { maxLength: 6 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (events, lateReorgs, lateEvents, stream) => {
        const chain = createDocketChain();
        const keepers = createKeepers(chain, () => stream.next().value as number);
        for (const one of events) {
          if (one.kind === 'look') keepers.look(one.keeper, one.lag);
          else if (one.kind === 'include') keepers.include(one.keeper, one.seconds);
          else if (one.kind === 'restart') keepers.restart(one.keeper, one.seconds);
          else if (one.kind === 'reorg') chain.reorg(one.depth);
          else chain.mine(one.seconds, one.kind === 'mine' ? undefined : one.kind);
        }
        const [survivor, ...gone] = keepers.all.keys();
        for (const index of gone) keepers.restart(index, 1);

        const end =
          Math.max(EVIDENCE_UNTIL, chain.time) + VETO_SECONDS + APPEAL_SECONDS + 6 * PATIENCE_SECONDS;
        const pending = lateReorgs.values();
        let reorgIn = -1;
        let reorgDepth = 1;
        let dueSince: number | undefined;
        for (let minute = 0; chain.time < end; minute++) {
          const before = chain.changes;
          keepers.look(survivor ?? 0);
          keepers.include(survivor ?? 0, 1);
          if (chain.changes > before && reorgIn < 0) {
            const { value } = pending.next();
            if (value) ({ blocks: reorgIn, depth: reorgDepth } = value);
          }
          if (reorgIn === 0) chain.reorg(reorgDepth);
          reorgIn -= 1;
          for (const { kind } of lateEvents.filter((one) => one.minute === minute)) chain.mine(1, kind);
          chain.mine(60);
          if (!chain.isDue()) dueSince = undefined;
          else dueSince ??= chain.time;
          expect(chain.time - (dueSince ?? chain.time)).toBeLessThanOrEqual(PATIENCE_SECONDS);
        }
        expect(['none', 'executed', 'vetoed', 'overturned']).toContain(chain.state());
        for (const { entry, reverted } of keepers.all) {
          expect(entry).toBeUndefined();
          // Nobody pays twice for the same change.
          expect(reverted).toBeLessThanOrEqual(chain.changes);
        }
      },
    ),
    { numRuns: 300 },
  );
});
