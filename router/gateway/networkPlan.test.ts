import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../config/load.ts';
import type { Caip2 } from '../core/caip2.ts';
import { unixSeconds } from '../core/units.ts';
import { handMadeSet } from '../registry/providerSet.fixture.ts';
import {
  activeServices,
  type Network,
  type NetworkKey,
  type ProviderSet,
  type Service,
  type ServiceKey,
} from '../registry/providerSet.ts';
import { planNetworks, routeServices } from './networkPlan.ts';

const PROVIDER = '0xAbCd000000000000000000000000000000001234';

function network(caip2: string, slug: string, change: Partial<Network> = {}): Network {
  return {
    key: `0x${Buffer.from(caip2).toString('hex')}` as NetworkKey,
    index: 0,
    caip2: caip2 as Caip2,
    slug,
    minStake: 1n,
    sla: {
      minAvailabilityBps: 9_000,
      maxP95LatencyMs: 2_000,
      maxP95BlockLag: 7,
      maxMismatches: 0,
      minSamples: 3,
    },
    status: 'live',
    ...change,
  };
}

function service(of: Network): Service {
  return {
    key: `${PROVIDER}/${of.key}` as ServiceKey,
    id: 1,
    provider: PROVIDER,
    network: of.key,
    url: 'http://127.0.0.1:1/secret',
    capabilities: 3,
    status: 'live',
    minStake: 1n,
  };
}

function set(networks: readonly Network[], services: readonly Service[] = []): ProviderSet {
  const block = { number: 1n, hash: '0x1', parentHash: '0x0', timestamp: unixSeconds(1) } as const;
  return handMadeSet(block, networks, services);
}

const own = {
  id: 'eip155:1',
  slug: 'ethereum',
  upstreams: [{ name: 'own-1', url: 'http://127.0.0.1:9701' }],
};
const config = await checkConfig({ networks: [own] });

describe('planNetworks', () => {
  test('serves the configured networks before there is a set', () => {
    expect(planNetworks(config, undefined)).toMatchObject([
      { caip2: 'eip155:1', slug: 'ethereum', active: { size: 0 }, maxHeadLagBlocks: 10 },
    ]);
  });

  test('joins both sides of a network, and needs no entry for one on-chain', () => {
    const mainnet = network('eip155:1', 'mainnet');
    const linea = network('eip155:59144', 'linea');
    const plans = planNetworks(config, set([linea, mainnet], [service(mainnet), service(linea)]));
    expect(plans.map((plan) => [plan.caip2, plan.slug, plan.active.size])).toEqual([
      ['eip155:1', 'ethereum', 1],
      ['eip155:59144', 'linea', 1],
    ]);
  });

  test('a slug belongs to the configuration, then to the first on-chain', () => {
    const plans = planNetworks(
      config,
      set([network('eip155:5', 'ethereum'), network('eip155:6', 'x'), network('eip155:7', 'x')]),
    );
    expect(plans.map((plan) => plan.slug)).toEqual(['ethereum', 'eip155:5', 'x', 'eip155:7']);
  });

  test('a slug that would hide a page or a chain id is not used', () => {
    const plans = planNetworks(config, set([network('eip155:5', 'status'), network('eip155:6', '1')]));
    expect(plans.slice(1).map((plan) => plan.slug)).toEqual(['eip155:5', 'eip155:6']);
  });

  test('a retired network is not served', () => {
    expect(planNetworks(config, set([network('eip155:5', 'x', { status: 'retired' })]))).toHaveLength(1);
  });

  test("the lag limit is the entry's, else the network's own", async () => {
    const strict = await checkConfig({ networks: [{ ...own, maxHeadLagBlocks: 0 }] });
    const onChain = network('eip155:1', 'x');
    expect(planNetworks(strict, set([onChain]))[0]?.maxHeadLagBlocks).toBe(0);
    expect(planNetworks(config, set([onChain]))[0]?.maxHeadLagBlocks).toBe(7);
    const none = { ...onChain.sla, maxP95BlockLag: 0 };
    expect(planNetworks(config, set([{ ...onChain, sla: none }]))[0]?.maxHeadLagBlocks).toBe(2);
  });

  test("hands on the set's own list, so that an unchanged network is known as one", () => {
    const mainnet = network('eip155:1', 'x');
    const current = set([mainnet], [service(mainnet)]);
    expect(planNetworks(config, current)[0]?.active).toBe(activeServices(current, mainnet.key));
    expect(planNetworks(config, undefined)[0]?.active).toBe(planNetworks(config, undefined)[0]?.active);
  });
});

describe('routeServices', () => {
  const mainnet = network('eip155:1', 'x');
  const [plan] = planNetworks(config, set([mainnet], [service(mainnet)]));
  if (!plan) throw new Error('no plan');

  test('own upstreams come first and may be private; strangers may not, unless developing', () => {
    const services = routeServices(plan);
    expect(services.map(({ tier, label }) => [tier, label])).toEqual([
      ['own', 'own-1'],
      ['network', '0xAbCd…1234'],
    ]);
    expect(services.map(({ target }) => target.allowPrivate)).toEqual([true, false]);
    const developing = routeServices({ ...plan, allowPrivate: true });
    expect(developing.map(({ target }) => target.allowPrivate)).toEqual([true, true]);
  });

  test('only own upstreams that say so are asked in batches', () => {
    const upstreams = (plan.own?.upstreams ?? []).map((upstream) => ({ ...upstream, batch: true }));
    const batching = { ...plan, own: plan.own && { ...plan.own, upstreams } };
    const batches = (of: typeof plan) => routeServices(of).map(({ target }) => target.batch ?? false);
    expect(batches(plan)).toEqual([false, false]);
    expect(batches(batching)).toEqual([true, false]);
  });

  test('an own upstream and a provider never share a key', () => {
    const keys = routeServices(plan).map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
  });

  test('a service of the network has the weight that the plan gives it', () => {
    const mainnet = network('eip155:1', 'x');
    const [plan] = planNetworks(config, set([mainnet], [service(mainnet)]));
    if (!plan) throw new Error('no plan');
    const services = routeServices({ ...plan, weightOf: ({ provider }) => (provider === PROVIDER ? 2 : 1) });
    expect(services.map(({ tier, weight: of }) => [tier, of])).toEqual([
      ['own', 1],
      ['network', 2],
    ]);
  });

  test('what did not change of a long list stays the same objects, whoever joins, leaves, moves or weighs more', () => {
    const provider = (i: number) => `0x${String(i).padStart(40, '0')}` as const;
    const offer = (i: number): Service => ({
      ...service(mainnet),
      ...{ key: `${provider(i)}/${mainnet.key}` as ServiceKey, id: i, provider: provider(i) },
    });
    const all = Array.from({ length: 40 }, (_, i) => offer(i));
    const planOf = (active: readonly Service[], heavy?: Service) => ({
      ...plan,
      active: activeServices(set([mainnet], active), mainnet.key),
      weightOf: ({ key }: Service) => (key === heavy?.key ? 3 : 1),
    });
    const moved = (i: number) => ({ ...offer(i), url: 'http://127.0.0.1:2/moved' });
    const anyList = fc.subarray(all.map((_, i) => i));
    const anyMoved = fc.subarray(all.map((_, i) => i));
    fc.assert(
      fc.property(anyList, anyList, anyMoved, fc.constantFrom(...all), (first, second, movers, heavy) => {
        const before = routeServices(planOf(first.map(offer)));
        const offers = second.map((i) => (movers.includes(i) ? moved(i) : offer(i)));
        const now = routeServices(planOf(offers, heavy), before);
        expect(now).toEqual(routeServices(planOf(offers, heavy)));
        for (const each of now.filter(({ tier }) => tier === 'network')) {
          const same = before.find(({ key }) => key === each.key);
          if (same && same.target.url === each.target.url && same.weight === each.weight)
            expect(each).toBe(same);
        }
      }),
    );
  });
});
