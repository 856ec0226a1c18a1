import { expect, test } from 'vitest';
import type { ServiceView } from '../serviceView.ts';
import { mergeViews, sumTotals } from './mergeViews.ts';

const view = (of: Partial<ServiceView>): ServiceView => ({
  key: 'own/a',
  label: 'a',
  tier: 'own',
  provider: undefined,
  state: 'eligible',
  reason: undefined,
  because: undefined,
  head: 7,
  latencyMs: undefined,
  breaker: 'closed',
  inFlight: 0,
  calls: 0,
  failures: 0,
  abilities: abilities({}),
  ...of,
});

const abilities = (of: Partial<ServiceView['abilities']>): ServiceView['abilities'] => ({
  declared: ['full'],
  shown: [],
  lacks: [],
  refusedMethods: [],
  maxLogBlocks: undefined,
  ...of,
});

test('calls of all workers are added up, latencies weighed by them', () => {
  const merged = mergeViews(view({ head: 9 }), [
    view({ calls: 30, failures: 1, inFlight: 2, latencyMs: 10 }),
    view({ calls: 10, failures: 2, inFlight: 1, latencyMs: 50 }),
    view({}),
  ]);
  expect(merged).toMatchObject({ head: 9, calls: 40, failures: 3, inFlight: 3, latencyMs: 20 });
});

test('a service is eligible as long as one worker may ask it, and shows the worst breaker', () => {
  const because = 'it failed too often';
  const refused = view({ state: 'ineligible', reason: 'breaker-open', because, breaker: 'open' });
  expect(mergeViews(view({}), [refused, view({})])).toMatchObject({
    state: 'eligible',
    reason: undefined,
    because: undefined,
    breaker: 'open',
  });
  expect(mergeViews(view({}), [refused, refused])).toMatchObject({
    state: 'ineligible',
    reason: 'breaker-open',
    because,
  });
});

test('an ability shows what the polls or any worker found, the shortest limit of all', () => {
  const merged = mergeViews(view({ abilities: abilities({ shown: ['archive'], maxLogBlocks: 5_000 }) }), [
    view({ abilities: abilities({ shown: ['archive', 'trace'], refusedMethods: ['eth_getProof'] }) }),
    view({ abilities: abilities({ lacks: ['debug'], maxLogBlocks: 2_000 }) }),
  ]);
  expect(merged.abilities).toEqual({
    declared: ['full'],
    shown: ['archive', 'trace'],
    lacks: ['debug'],
    refusedMethods: ['eth_getProof'],
    maxLogBlocks: 2_000,
  });
  expect(mergeViews(view({}), [view({})]).abilities).toEqual(abilities({}));
});

test('before the first report there is what the polls found', () => {
  const polled = view({ state: 'ineligible', reason: 'silent' });
  expect(mergeViews(polled, [])).toBe(polled);
});

test('totals are added up; of nobody they are nothing', () => {
  expect(sumTotals([])).toEqual({ calls: 0, failed: 0, failovers: 0 });
  const one = { calls: 5, failed: 1, failovers: 2 };
  expect(sumTotals([one, one])).toEqual({ calls: 10, failed: 2, failovers: 4 });
});
