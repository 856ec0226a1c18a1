import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { NO_SERVICES } from '../registry/networkServices.ts';
import type { Service } from '../registry/providerSet.ts';
import { haveSameServices, type NetworkPlan } from './networkPlan.ts';
import type { NetworkRouter, RouteService } from './networkRouter.ts';
import { createNetworkTable } from './networkTable.ts';

function plan(caip2: string, slug: string, change: Partial<NetworkPlan> = {}): NetworkPlan {
  return {
    caip2: caip2 as Caip2,
    slug,
    maxHeadLagBlocks: 5,
    own: undefined,
    network: undefined,
    active: NO_SERVICES,
    weightOf: () => 1,
    allowPrivate: false,
    ...change,
  };
}

function table() {
  const setServices = vi.fn<(slug: string, keys: string[]) => void>();
  const onServices = vi.fn<(slug: string, keys: string[], before: string[]) => void>();
  const keys = (services: readonly RouteService[]) => services.map((service) => service.key);
  const configured: number[] = [];
  const made = createNetworkTable<NetworkPlan>({
    configure: (_router, { maxHeadLagBlocks }) => configured.push(maxHeadLagBlocks),
    haveSameServices,
    createRouter: ({ caip2, slug }): NetworkRouter => ({
      caip2,
      slug,
      setWeight: () => undefined,
      setOnDuty: () => undefined,
      setSettings: () => undefined,
      setServices: (services) => setServices(slug, keys(services)),
      forward: () => Promise.reject(new Error('not asked here')),
      reportHead: () => undefined,
      services: () => [],
      hasEligible: () => false,
      agreedHead: () => undefined,
      logBlocks: () => undefined,
      reportFindings: () => undefined,
      explain: () => {
        throw new Error('not asked here');
      },
    }),
    routeServices: ({ active }) =>
      Array.from(active, (service) => ({
        key: service.key,
        label: service.key,
        tier: 'network',
        target: { url: service.url, allowPrivate: false },
        capabilities: 1,
        weight: 1,
      })),
    onServices: (router, services, before) => onServices(router.slug, keys(services), keys(before)),
  });
  return { ...made, setServices, onServices, configured };
}

const offers = (...names: string[]) =>
  NO_SERVICES.edited({
    leaving: [],
    joining: names.map((name, id) => ({ key: name, id, url: 'http://x', capabilities: 1 }) as Service),
  });

test('finds a network by slug, CAIP-2 id and chain id', () => {
  const { apply, resolve, routers } = table();
  apply([plan('eip155:1', 'ethereum'), plan('solana:5eykt', 'solana')]);
  const [ethereum, solana] = routers();
  for (const reference of ['ethereum', 'eip155:1', '1']) expect(resolve(reference)).toBe(ethereum);
  for (const reference of ['solana', 'solana:5eykt']) expect(resolve(reference)).toBe(solana);
  for (const reference of ['2', '01', '0x1', 'Ethereum', '', 'constructor', '__proto__']) {
    expect(resolve(reference)).toBeUndefined();
  }
});

test('a change in one network does not touch another', () => {
  const { apply, setServices, routers } = table();
  const steady = plan('eip155:1', 'ethereum', { active: offers('a') });
  apply([steady, plan('eip155:2', 'two', { active: offers('b', 'c') })]);
  const before = routers();
  setServices.mockClear();
  apply([steady, plan('eip155:2', 'two', { active: offers('b') })]);
  expect(setServices.mock.calls).toEqual([['two', ['b']]]);
  expect(routers()).toEqual(before);
});

test('the same set again changes nothing', () => {
  const { apply, setServices, onServices } = table();
  const plans = [plan('eip155:1', 'ethereum', { active: offers('a') })];
  apply(plans);
  apply(plans.map((same) => ({ ...same })));
  expect(setServices).toHaveBeenCalledTimes(1);
  expect(onServices.mock.calls).toEqual([['ethereum', ['a'], []]]);
});

test('a network that left the set is unknown at once and loses its services', () => {
  const { apply, resolve, onServices } = table();
  apply([plan('eip155:1', 'ethereum', { active: offers('a') })]);
  onServices.mockClear();
  apply([]);
  expect(resolve('ethereum')).toBeUndefined();
  expect(resolve('1')).toBeUndefined();
  expect(onServices.mock.calls).toEqual([['ethereum', [], ['a']]]);
});

test('a network under a new slug starts afresh and the old name is free', () => {
  const { apply, resolve, onServices } = table();
  apply([plan('eip155:1', 'old', { active: offers('a') })]);
  onServices.mockClear();
  apply([plan('eip155:1', 'new', { active: offers('a') })]);
  expect(resolve('old')).toBeUndefined();
  expect(resolve('new')?.slug).toBe('new');
  expect(onServices.mock.calls).toEqual([
    ['old', [], ['a']],
    ['new', ['a'], []],
  ]);
});

test('a router stays when its lag limit changes, and is told', () => {
  const { apply, configured, onServices, routers } = table();
  const active = offers('a');
  apply([plan('eip155:1', 'ethereum', { active })]);
  const before = routers();
  onServices.mockClear();
  apply([plan('eip155:1', 'ethereum', { active, maxHeadLagBlocks: 9 })]);
  expect(routers()).toEqual(before);
  expect(configured).toEqual([9]);
  expect(onServices).not.toHaveBeenCalled();
});

test('after any sequence of sets it serves exactly what the last one says', () => {
  const NAMES = ['a', 'b', 'c'];
  const network = fc.record({
    chainId: fc.integer({ min: 1, max: 4 }),
    renamed: fc.boolean(),
    lag: fc.constantFrom(1, 2),
    services: fc.subarray(NAMES),
  });
  const sets = fc.array(fc.uniqueArray(network, { selector: ({ chainId }) => chainId }), { maxLength: 12 });
  fc.assert(
    fc.property(sets, (sequence) => {
      const { apply, resolve, routers, setServices, onServices } = table();
      for (const networks of sequence) {
        apply(
          networks.map(({ chainId, renamed, lag, services }) =>
            plan(`eip155:${chainId}`, `${renamed ? 'new' : 'old'}-${chainId}`, {
              maxHeadLagBlocks: lag,
              active: offers(...services),
            }),
          ),
        );
      }
      const last = sequence.at(-1) ?? [];
      expect(routers()).toHaveLength(last.length);
      for (const { chainId, renamed, services } of last) {
        const slug = `${renamed ? 'new' : 'old'}-${chainId}`;
        const stale = `${renamed ? 'old' : 'new'}-${chainId}`;
        for (const reference of [slug, `eip155:${chainId}`, String(chainId)]) {
          expect(resolve(reference)?.slug).toBe(slug);
        }
        expect(resolve(stale)).toBeUndefined();
        expect(setServices.mock.calls.findLast(([name]) => name === slug)?.[1]).toEqual(services);
      }
      // Whoever listens holds the same services as the routers, by the differences alone.
      const heard = new Map<string, string[]>();
      for (const [slug, now, before] of onServices.mock.calls) {
        expect(heard.get(slug) ?? []).toEqual(before);
        heard.set(slug, now);
      }
      const live = last.filter(({ services }) => services.length > 0);
      const held = [...heard.values()].filter((keys) => keys.length > 0);
      expect(held.toSorted()).toEqual(live.map(({ services }) => services).toSorted());
    }),
  );
});
