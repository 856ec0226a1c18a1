import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ms } from '../core/units.ts';
import { createHeadFloor, type FloorMemory, type Told } from './headFloor.ts';

const LAG = 10;
const JUMP = 64;
const WORKERS = 3;

/**
 * Workers over one memory, each with a place of its own. `between` runs right before and after each access: other
 * workers get on with theirs there.
 */
function createWorkers(between: () => void) {
  const places: Told[] = [];
  const memoryOf = (place: number): FloorMemory => ({
    load() {
      between();
      const told = places
        .filter((each) => each !== undefined)
        .toSorted((a, b) => b.era - a.era || b.number - a.number)[0];
      between();
      return told;
    },
    store(told) {
      between();
      places[place] = told;
      between();
    },
  });
  const limits = () => ({ maxLagBlocks: LAG, maxHeadJump: JUMP });
  return Array.from({ length: WORKERS }, (_, place) => createHeadFloor(limits, memoryOf(place)));
}

const event = fc.record({
  worker: fc.nat(WORKERS - 1),
  /** Of the answer, to the chain's head. */
  offset: fc.integer({ min: -2 * JUMP, max: 2 * JUMP }),
  isTrusted: fc.boolean(),
  growth: fc.nat(3),
  passedMs: fc.nat(1_000),
  /** The worker has the news of the polls. */
  hears: fc.boolean(),
});

test('once a worker has told a number, no worker that is asked later tells a lower one', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 40 }),
      fc.array(fc.boolean(), { maxLength: 200 }),
      (events, turns) => {
        let head = 1_000;
        let now = 0;
        let highestTold = 0;
        const agreed = Array.from({ length: WORKERS }, (): number | undefined => undefined);
        const busy = new Set<number>();
        let turn = 0;
        let at = 0;
        const next = () => {
          const each = events[at];
          // A process does one thing at a time.
          if (!each || busy.has(each.worker)) return false;
          at += 1;
          head += each.growth;
          now += each.passedMs;
          if (each.hears) {
            agreed[each.worker] = head;
            workers[each.worker]?.follow(head);
          }
          busy.add(each.worker);
          const toldBefore = highestTold;
          const told = workers[each.worker]?.judge(
            head + each.offset,
            agreed[each.worker],
            ms(now),
            each.isTrusted,
          ).number;
          busy.delete(each.worker);
          expect(told).toBeGreaterThanOrEqual(toldBefore);
          highestTold = Math.max(highestTold, told ?? 0);
          return true;
        };
        const workers = createWorkers(() => {
          turn += 1;
          if (turns[turn] === true) next();
        });
        while (next());
        expect(at).toBe(events.length);
      },
    ),
  );
});

test('a chain that is set back far is told as it is, by each worker that has heard of it, and then goes on', () => {
  const call = fc.record({ worker: fc.nat(WORKERS - 1), behind: fc.nat(3), passedMs: fc.nat(300) });
  fc.assert(
    fc.property(
      fc.array(call, { maxLength: 10 }),
      fc.array(call, { minLength: WORKERS, maxLength: 10 }),
      fc.array(call, { maxLength: 10 }),
      fc.uniqueArray(fc.nat(WORKERS - 1), { minLength: WORKERS, maxLength: WORKERS }),
      fc.integer({ min: JUMP + LAG + 1, max: 900 }),
      (before, meanwhile, after, order, depth) => {
        const workers = createWorkers(() => undefined);
        let now = 0;
        let head = 1_000;
        const hasHeard = new Set<number>();
        const ask = ({ worker, behind, passedMs }: (typeof before)[number]) => {
          now += passedMs;
          const agreed = hasHeard.has(worker) ? head : 1_000;
          return workers[worker]?.judge(head - behind, agreed, ms(now), false).number;
        };
        for (const floor of workers) floor.follow(head);
        for (const each of before) ask(each);
        head -= depth;
        for (const [i, each] of meanwhile.entries()) {
          const heard = order[i];
          if (heard !== undefined) {
            hasHeard.add(heard);
            workers[heard]?.follow(head);
          }
          const told = ask(each);
          if (hasHeard.has(each.worker)) expect(told).toBeLessThanOrEqual(head + LAG);
        }
        let last = 0;
        for (const each of after) {
          const told = ask(each);
          expect(told).toBeGreaterThanOrEqual(last);
          expect(told).toBeLessThanOrEqual(head + LAG);
          last = told ?? 0;
        }
      },
    ),
  );
});
