import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ms, UnixSeconds } from '../core/units.ts';
import { createOwnTrouble, TICK_MS } from './ownTrouble.ts';
import type { Sample } from './sample.ts';

/** A machine whose clocks and loop the test moves. */
function machine() {
  const at = { now: 1_000, wall: 1_700_000_000_000, delay: 0 };
  const trouble = createOwnTrouble({
    clock: { now: () => at.now as Ms, unix: () => Math.floor(at.wall / 1_000) as UnixSeconds },
    loopDelay: () => at.delay as Ms,
  });
  return {
    trouble,
    /** Both clocks go on, and a tick comes. */
    pass(ms: number, { wall = ms, delay = 0 } = {}) {
      at.now += ms;
      at.wall += wall;
      at.delay = delay;
      trouble.tick();
    },
    /** So many ticks in time. */
    run(ticks: number) {
      for (let tick = 0; tick < ticks; tick++) this.pass(TICK_MS);
    },
    now: () => at.now,
  };
}

function sample(startedAt: number, endedAt: number, ok: boolean): Sample {
  const span = { startedAt: startedAt as Ms, endedAt: endedAt as Ms };
  return { ...span, ok, latencyMs: (endedAt - startedAt) as Ms, head: undefined, mismatch: false };
}

test('on a machine that runs well each sample counts as it is', () => {
  const one = machine();
  one.run(50);
  const { trouble } = one;
  const all = [sample(1_500, 2_000, false), sample(1_500, 2_000, true)];
  expect(trouble.settle(all)).toEqual(all);
  expect(all.map(trouble.corrected)).toEqual(all);
});

type Machine = ReturnType<typeof machine>;

test.each([
  ['the process was stopped or its loop held up', (one: Machine) => one.pass(4_000), 0],
  ['one task held up the loop', (one: Machine) => one.pass(TICK_MS, { delay: 1_500 }), 0],
  ['the machine was suspended', (one: Machine) => one.pass(TICK_MS, { wall: 3_600_000 }), 5_000],
  ['the clock was set back', (one: Machine) => one.pass(TICK_MS, { wall: -60_000 }), 5_000],
])('when %s, what failed meanwhile is nobody’s fault', (_, happen, recovery) => {
  const one = machine();
  one.run(20);
  const before = one.now();
  happen(one);
  const after = one.now();
  one.run(100);
  const survivors = one.trouble.settle([
    sample(before - 1_000, before - 500, false),
    sample(before - 1_000, before + 50, false),
    sample(after, after + 10, false),
    sample(after + recovery, after + recovery + 10, false),
    sample(after + recovery + 1, after + recovery + 10, false),
    sample(before - 10, after + 10, true),
  ]);
  expect(survivors.map(({ startedAt, ok, latencyMs }) => [startedAt, ok, latencyMs === undefined])).toEqual([
    [before - 1_000, false, false],
    [after + recovery + 1, false, false],
    [before - 10, true, true],
  ]);
});

test('a settlement chain out of reach is the watcher’s own line until shown otherwise', () => {
  const one = machine();
  one.run(10);
  const seen = one.now();
  one.run(50);
  const { trouble } = one;
  trouble.note(seen as Ms, one.now() as Ms);
  expect(
    trouble.settle([sample(seen + 100, seen + 200, false), sample(seen - 200, seen - 100, false)]),
  ).toEqual([sample(seen - 200, seen - 100, false)]);
});

test('what the loop added to a latency is taken off, and no latency is below nothing', () => {
  const one = machine();
  one.run(10);
  const from = one.now();
  one.pass(TICK_MS + 300);
  one.pass(TICK_MS, { delay: 50 });
  expect(one.trouble.corrected(sample(from + 10, from + 450, true)).latencyMs).toBe(90);
  expect(one.trouble.corrected(sample(from + 10, from + 100, true)).latencyMs).toBe(0);
  expect(one.trouble.corrected(sample(from - 500, from - 400, true)).latencyMs).toBe(100);
});

test('a corrected latency is never above the measured one, and trouble without end keeps every answer', () => {
  const step = fc.record({
    ms: fc.integer({ min: 1, max: 20_000 }),
    wall: fc.integer({ min: -5_000, max: 20_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(5_000), (steps, latency) => {
      const one = machine();
      for (const { ms, wall } of steps) one.pass(ms, { wall });
      const end = one.now();
      const answered = sample(end - latency, end, true);
      expect(one.trouble.corrected(answered).latencyMs).toBeLessThanOrEqual(latency);
      expect(one.trouble.settle([answered])).toHaveLength(1);
    }),
  );
});
