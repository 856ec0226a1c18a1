import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../test/fixtures/contracts/random.ts';
import { FAULTS, isStuck } from './faultKinds.ts';
import { planSoak } from './plan.ts';
import { EPOCH_SECONDS } from './terms.ts';

const argumentsOf = fc.record({
  seed: fc.nat(),
  epochs: fc.integer({ min: 1, max: 60 }),
  providers: fc.integer({ min: 4, max: 10 }),
  watchers: fc.integer({ min: 3, max: 5 }),
});
type Args = typeof argumentsOf extends fc.Arbitrary<infer T> ? T : never;
const planOf = ({ seed, ...rest }: Args) => planSoak({ ...rest, random: createRandom(seed) });

/** Providers that are not well at some time of the epoch, or go on to be so from the one before. */
function unwell(plan: ReturnType<typeof planOf>, epoch: number): Set<number> {
  const found = new Set<number>();
  for (const index of [epoch - 1, epoch]) {
    const one = plan[index];
    one?.faults.forEach((fault, provider) => {
      if (fault) found.add(provider);
    });
    if (one?.disturbance?.kind === 'maintenance') found.add(one.disturbance.provider);
  }
  for (const { provider, fault } of plan[epoch]?.spells ?? [])
    if (fault.rank !== 'harmless') found.add(provider);
  return found;
}

test('at most half of the providers fail at any time, and fewer stand still than are well', () => {
  fc.assert(
    fc.property(argumentsOf, (args) => {
      const plan = planOf(args);
      expect(plan).toHaveLength(args.epochs);
      plan.forEach(({ faults }, epoch) => {
        expect(faults).toHaveLength(args.providers);
        expect(unwell(plan, epoch).size).toBeLessThanOrEqual(Math.floor(args.providers / 2));
        const stuck = faults.filter((fault) => fault !== undefined && isStuck(fault)).length;
        expect(stuck).toBeLessThan(args.providers - unwell(plan, epoch).size);
      });
    }),
  );
});

test('nobody has two faults at a time', () => {
  fc.assert(
    fc.property(argumentsOf, (args) => {
      const plan = planOf(args);
      plan.forEach(({ faults, spells, disturbance }, epoch) => {
        const last = plan[epoch - 1]?.disturbance;
        const taken = [
          ...faults.flatMap((fault, provider) => (fault ? [provider] : [])),
          ...spells.map(({ provider }) => provider),
          ...[disturbance, last].flatMap((one) => (one?.kind === 'maintenance' ? [one.provider] : [])),
        ];
        expect(new Set(taken).size).toBe(taken.length);
        for (const { from, until } of spells) {
          expect(until).toBeGreaterThan(from);
          expect(until).toBeLessThan(EPOCH_SECONDS);
        }
      });
    }),
  );
});

test('two watchers are never kept from the report of one epoch', () => {
  fc.assert(
    fc.property(argumentsOf, (args) => {
      const hindered = planOf(args).flatMap(({ disturbance }, epoch) =>
        disturbance && 'watcher' in disturbance && disturbance.watcher !== undefined
          ? [{ epoch, watcher: disturbance.watcher }]
          : [],
      );
      hindered.forEach(({ epoch, watcher }, index) => {
        const before = hindered[index - 1];
        if (before && before.watcher !== watcher) expect(epoch - before.epoch).toBeGreaterThan(2);
      });
    }),
  );
});

test('a long plan shows every kind of fault and disturbance, a seed the same again', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const args = { seed, epochs: 60, providers: 6, watchers: 3 };
      const plan = planOf(args);
      expect(plan).toEqual(planOf(args));
      const shown = plan.flatMap(({ faults, spells }) => [
        ...faults.flatMap((fault) => fault?.name ?? []),
        ...spells.map(({ fault }) => fault.name),
      ]);
      expect(new Set(shown)).toEqual(
        expect.toSatisfy((names: Set<string>) => FAULTS.every(({ name }) => names.has(name))),
      );
      const kinds = new Set(plan.flatMap(({ disturbance }) => disturbance?.kind ?? []));
      expect([...kinds].sort()).toEqual(['congestion', 'kill', 'line', 'maintenance', 'reorg', 'settlement']);
    }),
    { numRuns: 20 },
  );
});
