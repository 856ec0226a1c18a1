import { describe, expect, it } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { unixSeconds } from '../core/units.ts';
import { blockAt, NETWORKS, opening, PROVIDERS } from './events.arbitrary.ts';
import type { RegistryEvent } from './events.ts';
import { activeServices, emptySet, isActive } from './providerSet.ts';
import { advance, applyBlock, reduce } from './reduce.ts';

const NOWHERE = { blockNumber: 0n, logIndex: 0 };
const [alice, bob] = PROVIDERS as [`0x${string}`, `0x${string}`];
const [net, otherNet, unknownNet] = NETWORKS as [
  (typeof NETWORKS)[0],
  (typeof NETWORKS)[0],
  (typeof NETWORKS)[0],
];

const start = applyBlock(emptySet(blockAt(0)), blockAt(0), opening);

function added(provider = alice, network = net, serviceId = 1, minStake = 10n): RegistryEvent {
  const url = 'https://node.example';
  return { type: 'serviceAdded', provider, network, serviceId, url, capabilities: 1, minStake, ...NOWHERE };
}

function stake(
  values: { tokens?: bigint; thawing?: bigint; locked?: bigint },
  provider = alice,
): RegistryEvent {
  return { type: 'stakeChanged', provider, ...values, ...NOWHERE };
}

const offered = reduce(start, added());

it('knows the registry that replaced this one, and goes on', () => {
  expect(start.successor).toBeUndefined();
  const replaced = reduce(offered, { type: 'registryReplaced', successor: bob, ...NOWHERE });
  expect(replaced.successor).toBe(bob);
  expect(isActive(replaced, alice, net)).toBe(isActive(offered, alice, net));
  expect(advance(replaced, blockAt(9)).successor).toBe(bob);
});

describe('reduce()', () => {
  it('activates a registered, staked, live service', () => {
    expect(Array.from(activeServices(offered, net), ({ provider }) => provider)).toEqual([alice]);
    expect([...activeServices(offered, otherNet)]).toEqual([]);
  });

  it('deactivates while paused and activates on resume', () => {
    const paused = reduce(offered, { type: 'servicePaused', provider: alice, network: net, ...NOWHERE });
    expect(isActive(paused, alice, net)).toBe(false);
    expect(paused.providers.get(alice)?.requiredStake).toBe(10n);
    const resumed = reduce(paused, { type: 'serviceResumed', provider: alice, network: net, ...NOWHERE });
    expect(isActive(resumed, alice, net)).toBe(true);
  });

  it('frees the stake of a removed service and keeps its id', () => {
    const removed = reduce(offered, { type: 'serviceRemoved', provider: alice, network: net, ...NOWHERE });
    expect(isActive(removed, alice, net)).toBe(false);
    expect(removed.providers.get(alice)).toMatchObject({ requiredStake: 0n });
    expect(removed.providers.get(alice)?.services.get(net)).toMatchObject({ id: 1, status: 'removed' });
  });

  it('counts stake without its thawing part, and locked stake in full', () => {
    expect(isActive(reduce(offered, stake({ thawing: 11n })), alice, net)).toBe(false);
    expect(isActive(reduce(offered, stake({ thawing: 10n })), alice, net)).toBe(true);
    expect(isActive(reduce(offered, stake({ locked: 20n })), alice, net)).toBe(true);
  });

  it('needs stake for all offered services together', () => {
    const two = reduce(offered, added(alice, otherNet, 2, 11n));
    expect(isActive(two, alice, net)).toBe(false);
    expect(isActive(two, alice, otherNet)).toBe(false);
    const enough = reduce(two, stake({ tokens: 21n }));
    expect(isActive(enough, alice, net)).toBe(true);
    expect(isActive(enough, alice, otherNet)).toBe(true);
  });

  it('delists on retirement of the network, for good', () => {
    const retired = reduce(offered, { type: 'networkRetired', network: net, ...NOWHERE });
    expect([...activeServices(retired, net)]).toEqual([]);
    const { caip2, slug, minStake, sla } = retired.networks.get(net) ?? expect.fail('the network is gone');
    const again = reduce(retired, {
      type: 'networkAdded',
      network: net,
      caip2,
      slug,
      minStake,
      sla,
      ...NOWHERE,
    });
    expect([...activeServices(again, net)]).toEqual([]);
  });

  it.each<[string, RegistryEvent]>([
    ['retirement of an unknown network', { type: 'networkRetired', network: unknownNet, ...NOWHERE }],
    ['pause of an unknown service', { type: 'servicePaused', provider: bob, network: net, ...NOWHERE }],
    [
      'stake for an unknown service',
      { type: 'serviceStakeSynced', provider: bob, network: net, minStake: 5n, ...NOWHERE },
    ],
    ['service on an unknown network', added(bob, unknownNet)],
  ])('ignores the %s', (_, event) => {
    const set = reduce(offered, event);
    for (const part of ['networks', 'providers', 'active', 'jails'] as const) {
      expect(set[part]).toBe(offered[part]);
    }
  });

  it('changes nothing for an event type of a later version', () => {
    const later = { type: 'serviceRenamed', provider: alice, ...NOWHERE } as unknown as RegistryEvent;
    expect(reduce(offered, later)).toEqual(offered);
  });

  it('keeps the lists of networks in which nothing changed', () => {
    const set = applyBlock(offered, blockAt(1), [added(bob, otherNet, 2), stake({ tokens: 30n })]);
    expect(set.active.get(net)).toBe(offered.active.get(net));
    expect(advance(set, blockAt(2)).active).toBe(set.active);
  });

  it('keeps a network that names itself oddly apart from the others', () => {
    const sla = start.networks.get(net)?.sla ?? expect.fail('the network is gone');
    const caip2 = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp' as Caip2;
    const set = reduce(offered, {
      type: 'networkAdded',
      network: unknownNet,
      caip2,
      slug: '__proto__',
      minStake: 0n,
      sla,
      ...NOWHERE,
    });
    expect(set.networks.size).toBe(start.networks.size + 1);
    expect(set.networks.get(unknownNet)?.slug).toBe('__proto__');
  });
});

describe('advance()', () => {
  const jailed = applyBlock(offered, blockAt(1), [
    { type: 'providerJailed', provider: alice, until: unixSeconds(10), ...NOWHERE },
  ]);

  it('keeps a provider out until its jail ends, and lets it back in at that second', () => {
    expect(isActive(jailed, alice, net)).toBe(false);
    expect([...jailed.jails]).toEqual([{ provider: alice, until: 10 }]);
    expect([...activeServices(advance(jailed, blockAt(4)), net)]).toEqual([]);
    const free = advance(jailed, blockAt(5));
    expect(Array.from(activeServices(free, net), ({ provider }) => provider)).toEqual([alice]);
    expect([...free.jails]).toEqual([]);
  });

  it('looks at no provider whose jail lasts', () => {
    const set = advance(jailed, blockAt(4));
    expect(set.jails).toBe(jailed.jails);
    expect(set.active).toBe(jailed.active);
  });

  it('does not let back in who has too little stake by then', () => {
    const slashed = reduce(jailed, stake({ tokens: 9n }));
    expect([...activeServices(advance(slashed, blockAt(6)), net)]).toEqual([]);
  });

  it('goes by the newest events of a provider that time frees in the same block', () => {
    const [paused, longer] = [
      applyBlock(jailed, blockAt(6), [{ type: 'servicePaused', provider: alice, network: net, ...NOWHERE }]),
      applyBlock(jailed, blockAt(6), [
        { type: 'providerJailed', provider: alice, until: unixSeconds(90), ...NOWHERE },
      ]),
    ];
    expect([...activeServices(paused, net)]).toEqual([]);
    expect([...paused.jails]).toEqual([]);
    expect([...activeServices(longer, net)]).toEqual([]);
    expect([...longer.jails]).toEqual([{ provider: alice, until: 90 }]);
  });
});
