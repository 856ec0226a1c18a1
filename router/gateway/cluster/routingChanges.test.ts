import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caip2 } from '../../core/caip2.ts';
import type { RouteService } from '../networkRouter.ts';
import { isNoChange, type RoutedNetworks, routingChanges, stepsOf, withChanges } from './routingChanges.ts';

const service = (key: string, weight: number): RouteService => ({
  key,
  label: key,
  tier: 'own',
  target: { url: `http://${key}`, allowPrivate: true },
  capabilities: 1,
  weight,
});

const services = fc.uniqueArray(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), weight: fc.constantFrom(1, 2) }),
  { selector: ({ key }) => key },
);
const network = fc.record({
  caip2: fc.constantFrom('eip155:1', 'eip155:2', 'eip155:3'),
  slug: fc.constantFrom('old', 'new'),
  maxHeadLagBlocks: fc.constantFrom(1, 2),
  services,
});
const state: fc.Arbitrary<RoutedNetworks> = fc.uniqueArray(network, { selector: ({ caip2 }) => caip2 }).map(
  (networks) =>
    new Map(
      networks.map((each) => {
        const caip2 = each.caip2 as Caip2;
        return [
          caip2,
          {
            ...each,
            caip2,
            row: Number(caip2.slice(7)),
            services: each.services.map((s) => service(s.key, s.weight)),
          },
        ];
      }),
    ),
);

/** Order is no part of it. */
const contents = (networks: RoutedNetworks) =>
  Array.from(networks.values(), (each) => ({
    ...each,
    services: each.services.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  })).toSorted((a, b) => (a.caip2 < b.caip2 ? -1 : 1));

test('after any sequence of changes, sent as JSON, both sides have the same', () => {
  fc.assert(
    fc.property(fc.array(state, { maxLength: 8 }), (states) => {
      let sent: RoutedNetworks = new Map();
      let received: RoutedNetworks = new Map();
      for (const now of states) {
        received = withChanges(received, JSON.parse(JSON.stringify(routingChanges(sent, now))));
        sent = now;
        expect(contents(received)).toEqual(contents(now));
      }
      // One that comes late gets it whole.
      expect(contents(withChanges(new Map(), routingChanges(new Map(), sent)))).toEqual(contents(sent));
    }),
  );
});

test('the same state again is no change, though its objects are others', () => {
  fc.assert(
    fc.property(state, (now) => {
      const again = new Map(Array.from(now, ([caip2, each]) => [caip2, structuredClone(each)] as const));
      expect(isNoChange(routingChanges(now, again))).toBe(true);
    }),
  );
});

test('one service of many that changes is sent alone', () => {
  const caip2 = 'eip155:1' as Caip2;
  const of = (weight: number): RoutedNetworks => {
    const many = Array.from({ length: 1_000 }, (_, i) => service(`s${i}`, i === 500 ? weight : 1));
    return new Map([[caip2, { caip2, slug: 'one', maxHeadLagBlocks: 1, row: 0, services: many }]]);
  };
  const { changed } = routingChanges(of(1), of(2));
  expect(changed.map(({ joined, left }) => [joined.map(({ key }) => key), left])).toEqual([[['s500'], []]]);
});

test('a worker does not touch the networks that did not change', () => {
  const [one, two] = ['eip155:1', 'eip155:2'].map((id) => id as Caip2);
  if (!one || !two) throw new Error('two are named above');
  const plan = (caip2: Caip2, key: string) => ({
    caip2,
    slug: caip2,
    maxHeadLagBlocks: 1,
    row: 0,
    services: [service(key, 1)],
  });
  const before = withChanges(
    new Map(),
    routingChanges(
      new Map(),
      new Map([
        [one, plan(one, 'a')],
        [two, plan(two, 'b')],
      ]),
    ),
  );
  const now = withChanges(before, {
    changed: [{ ...plan(one, 'a'), joined: [service('c', 1)], left: ['a'] }],
    gone: [],
  });
  expect(now.get(two)).toBe(before.get(two));
  expect(now.get(one)?.services.map(({ key }) => key)).toEqual(['c']);
});

test('thousands of services pass in steps, none of them large, which make the same', () => {
  const sizes = fc.array(fc.record({ before: fc.nat(20), now: fc.nat(1_600) }), { maxLength: 4 });
  fc.assert(
    fc.property(sizes, (networks) => {
      const withSizes = (pick: (size: { before: number; now: number }) => number): RoutedNetworks =>
        new Map(
          networks.map((size, i) => {
            const caip2 = `eip155:${i}` as Caip2;
            const services = Array.from({ length: pick(size) }, (_, k) => service(`s${k}`, pick(size)));
            return [caip2, { caip2, slug: caip2, maxHeadLagBlocks: 1, row: i, services }];
          }),
        );
      const [before, now] = [withSizes((size) => size.before), withSizes((size) => size.now)];
      const steps = stepsOf(routingChanges(before, now));
      for (const { changed } of steps) {
        expect(changed.reduce((sum, { joined }) => sum + joined.length, 0)).toBeLessThanOrEqual(500);
      }
      expect(contents(steps.reduce(withChanges, before))).toEqual(contents(now));
    }),
    { numRuns: 30 },
  );
});
