import { expect, test } from 'vitest';
import type { Caip2 } from '../../core/caip2.ts';
import { ms } from '../../core/units.ts';
import type { ExplainedService, RouteExplanation } from '../routeExplanation.ts';
import { mergeExplanations } from './mergeExplanations.ts';

const service = (key: string, of: Partial<ExplainedService> = {}): ExplainedService => ({
  key,
  label: key,
  tierName: 'network',
  tier: 1,
  turn: 'eligible',
  reason: undefined,
  eligibleIn: 1,
  share: 0.5,
  tierShare: 0.5,
  cost: 1,
  weight: 1,
  expectedMs: 10,
  inFlight: 0,
  slowStart: 1,
  lagFactor: 1,
  ...of,
});
const explanation = (...services: readonly ExplainedService[]): RouteExplanation => ({
  caip2: 'eip155:1' as Caip2,
  slug: 'ethereum',
  head: 9,
  method: 'eth_call',
  kind: 'read',
  capabilities: ['full'],
  isMirrored: true,
  maxAttempts: 16,
  stallMs: ms(2_000),
  fanout: 1,
  hedgeShare: 0.1,
  processes: 1,
  services,
});
const broken = {
  turn: 'last-resort',
  reason: 'breaker-open',
  text: { because: 'it failed too often', remedy: 'wait' },
  eligibleIn: 0,
  share: 0,
  tierShare: 0,
} as const;

test('shares and latencies are means, calls in flight sums, and the order follows the shares', () => {
  const merged = mergeExplanations(explanation(), [
    explanation(
      service('a', { share: 0.9, tierShare: 0.9, expectedMs: 4, inFlight: 2 }),
      service('b', { share: 0.1, tierShare: 0.1 }),
    ),
    explanation(
      service('b', { share: 0.95, tierShare: 0.95, inFlight: 1 }),
      service('a', { share: 0.05, tierShare: 0.05, expectedMs: 8 }),
    ),
  ]);
  expect(merged.processes).toBe(2);
  expect(merged.services.map(({ key }) => key)).toEqual(['b', 'a']);
  expect(merged.services[0]).toMatchObject({ inFlight: 1, eligibleIn: 2 });
  expect(merged.services[1]).toMatchObject({ inFlight: 2, expectedMs: 6 });
  expect(merged.services.map(({ share }) => share)).toEqual([expect.closeTo(0.525), expect.closeTo(0.475)]);
});

test('who is eligible in one worker is so, and says why it is not in another', () => {
  const merged = mergeExplanations(explanation(), [
    explanation(service('a', { share: 1, tierShare: 1 }), service('b', broken)),
    explanation(service('a'), service('b')),
  ]);
  expect(merged.services[1]).toMatchObject({
    ...{ key: 'b', turn: 'eligible', reason: undefined, eligibleIn: 1, share: 0.25 },
    text: broken.text,
  });
});

test('one that not all workers know yet gets its part of the calls', () => {
  const merged = mergeExplanations(explanation(), [
    explanation(service('a'), service('new', { cost: 7 })),
    explanation(service('a', { share: 1, tierShare: 1 })),
  ]);
  const shares = merged.services.map(({ key, share, cost }) => [key, share, cost]);
  expect(shares).toEqual([
    ['a', 0.75, 1],
    ['new', 0.25, 7],
  ]);
});

test('without workers there is what the polls found', () => {
  const polled = explanation(service('a'));
  expect(mergeExplanations(polled, [])).toBe(polled);
});
