import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAULT_KINDS } from './faultKinds.ts';
import { planChaos } from './plan.ts';
import { seededRandom } from './seededRandom.ts';

const argumentsOf = fc.record({
  seed: fc.nat(),
  providers: fc.integer({ min: 2, max: 8 }),
  calls: fc.nat({ max: 10_000 }),
});
const planOf = ({ seed, providers, calls }: { seed: number; providers: number; calls: number }) =>
  planChaos({ kinds: FAULT_KINDS, providers, calls, random: seededRandom(seed) });

test('every plan shows each kind of fault, leaves one provider well, and is as long as asked for', () => {
  fc.assert(
    fc.property(argumentsOf, (args) => {
      const plan = planOf(args);
      const shown = new Set(plan.flatMap(({ faults }) => faults.flatMap((kind) => kind?.name ?? [])));
      expect([...shown].sort()).toEqual(FAULT_KINDS.map(({ name }) => name).sort());
      for (const { faults } of plan) {
        expect(faults).toHaveLength(args.providers);
        expect(faults).toContain(undefined);
        const kinds = faults.filter((kind) => kind !== undefined);
        expect(new Set(kinds).size).toBe(kinds.length);
      }
      const faulty = plan.map(({ faults }) => faults.filter((kind) => kind !== undefined).length);
      expect(faulty[0]).toBe(0);
      expect(Math.max(...faulty)).toBe(args.providers - 1);
      expect(plan.reduce((sum, { calls }) => sum + calls, 0)).toBeGreaterThanOrEqual(args.calls);
    }),
  );
});

test('a seed makes the same plan again', () => {
  fc.assert(
    fc.property(argumentsOf, (args) => {
      expect(planOf(args)).toEqual(planOf(args));
    }),
  );
});
