import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAPABILITY_BITS, type Capability } from '../core/capability.ts';
import type { Ms } from '../core/units.ts';
import type { Sample } from './sample.ts';
import { createSamplePage } from './samplePage.ts';

const instant = fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value as Ms);
const sample = fc
  .record({
    ...{ startedAt: instant, endedAt: instant, ok: fc.boolean(), mismatch: fc.boolean() },
    latencyMs: fc.option(instant, { nil: undefined }),
    head: fc.option(fc.maxSafeNat(), { nil: undefined }),
    tested: fc.option(fc.constantFrom(...(Object.keys(CAPABILITY_BITS) as Capability[])), { nil: undefined }),
  })
  .map(({ tested, ...rest }): Sample => (tested === undefined ? rest : { ...rest, tested }));

test('a page gives back what was put in, and forgives no answer', () => {
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 60 }),
      fc.array(sample, { maxLength: 20 }),
      instant,
      (all, more, since) => {
        const page = createSamplePage();
        for (const one of all) page.add(one);
        expect(page.samples()).toEqual(all);
        page.forgive(since);
        const kept = all.filter(({ ok, endedAt }) => ok || endedAt < since);
        expect(page.samples()).toEqual(kept);
        for (const one of more) page.add(one);
        expect(page.samples()).toEqual([...kept, ...more]);
      },
    ),
  );
});
