/** What a change costs, without a clock: what of the set it replaces, and that it looks through nothing. */
import { describe, expect, it, vi } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { unixSeconds } from '../core/units.ts';
import { blockAt } from './events.arbitrary.ts';
import type { RegistryEvent } from './events.ts';
import { PersistentMap } from './persistent/persistentMap.ts';
import { type Address, activeServices, emptySet, type NetworkKey, type ProviderSet } from './providerSet.ts';
import { advance, applyBlock, reduce } from './reduce.ts';
import { setDifference } from './setDifference.ts';

const NOWHERE = { blockNumber: 0n, logIndex: 0 };
const NETWORK_COUNT = 6;

const networkAt = (index: number) => `0x${index.toString(16).padStart(64, '0')}` as NetworkKey;
const providerAt = (index: number) => `0x${index.toString(16).padStart(40, '0')}` as Address;

function networkAdded(index: number): RegistryEvent {
  const sla = {
    minAvailabilityBps: 1,
    maxP95LatencyMs: 1,
    maxP95BlockLag: 1,
    maxMismatches: 1,
    minSamples: 1,
  };
  const names = { caip2: `eip155:${index}` as Caip2, slug: `n${index}` };
  return { type: 'networkAdded', network: networkAt(index), ...names, minStake: 1n, sla, ...NOWHERE };
}

function serviceAdded(provider: Address, index: number, serviceId: number): RegistryEvent {
  const offer = { serviceId, url: 'https://node.example', capabilities: serviceId % 128, minStake: 1n };
  return { type: 'serviceAdded', provider, network: networkAt(index), ...offer, ...NOWHERE };
}

function joined(provider: Address, networks: readonly number[]): RegistryEvent[] {
  return [
    { type: 'providerRegistered', provider, signer: provider, metadata: '', ...NOWHERE },
    { type: 'stakeChanged', provider, tokens: 1_000n, ...NOWHERE },
    ...networks.map((index) => serviceAdded(provider, index, Number(provider) * 1_000 + index)),
  ];
}

/** Three services a provider; every fourth provider is in jail. */
function setOf(providers: number): ProviderSet {
  const events = Array.from({ length: NETWORK_COUNT }, (_, index) => networkAdded(index));
  for (let index = 1; index <= providers; index++) {
    const networks = [0, 1, 2].map((next) => (index + next) % NETWORK_COUNT);
    events.push(...joined(providerAt(index), networks));
    if (index % 4 === 0) events.push(jailed(providerAt(index), 1_000 + index));
  }
  return applyBlock(emptySet(blockAt(0)), blockAt(1), events);
}

function jailed(provider: Address, until: number): RegistryEvent {
  return { type: 'providerJailed', provider, until: unixSeconds(until), ...NOWHERE };
}

const alice = providerAt(1);
const home = networkAt(1);

const looks = ['entries', 'keys', 'values', 'forEach'] as const;

/** Runs it and tells how often it looked through a map. */
function looksOf(action: () => void): number {
  const spies = looks.map((name) => vi.spyOn(PersistentMap.prototype, name));
  action();
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  vi.restoreAllMocks();
  return count;
}

function changedNetworks(before: ProviderSet, after: ProviderSet): NetworkKey[] {
  return after.active.differences(before.active).map(({ key }) => key);
}

describe.each([10, 300, 10_000])('one event among %i providers', (providers) => {
  const set = setOf(providers);

  function expectChange(event: RegistryEvent, networks: readonly NetworkKey[]): ProviderSet {
    const next = reduce(set, event);
    expect([...setDifference(set, next).providers]).toEqual([alice]);
    expect(changedNetworks(set, next).toSorted()).toEqual(networks.toSorted());
    for (let index = 0; index < NETWORK_COUNT; index++) {
      const key = networkAt(index);
      if (!networks.includes(key)) expect(activeServices(next, key)).toBe(activeServices(set, key));
    }
    expect(next.networks).toBe(set.networks);
    return next;
  }

  it('replaces one provider and no list, when its stake changes and suffices as before', () => {
    const next = expectChange({ type: 'stakeChanged', provider: alice, tokens: 999n, ...NOWHERE }, []);
    expect(next.active).toBe(set.active);
    expect(next.jails).toBe(set.jails);
    expect(next.providers.get(alice)?.services).toBe(set.providers.get(alice)?.services);
  });

  it('replaces one list when one service pauses', () => {
    const next = expectChange({ type: 'servicePaused', provider: alice, network: home, ...NOWHERE }, [home]);
    expect(activeServices(next, home).size).toBe(activeServices(set, home).size - 1);
  });

  it("replaces the lists of a provider's networks when it is jailed", () => {
    const next = expectChange(jailed(alice, 2_000), [1, 2, 3].map(networkAt));
    expect(next.jails.size).toBe(set.jails.size + 1);
  });

  it('replaces no list when something changes of who is not active anyway', () => {
    const paused = reduce(set, { type: 'servicePaused', provider: alice, network: home, ...NOWHERE });
    const synced = reduce(paused, {
      type: 'serviceStakeSynced',
      provider: alice,
      network: home,
      minStake: 2n,
      ...NOWHERE,
    });
    expect(synced.active).toBe(paused.active);
    const inJail = providerAt(4);
    const next = reduce(set, { type: 'stakeChanged', provider: inJail, tokens: 1n, ...NOWHERE });
    expect(next.active).toBe(set.active);
    expect(next.jails).toBe(set.jails);
  });

  it('drops the list of a network that is retired, and keeps every provider', () => {
    let next = set;
    expect(
      looksOf(() => {
        next = reduce(set, { type: 'networkRetired', network: home, ...NOWHERE });
      }),
    ).toBe(0);
    expect(next.providers).toBe(set.providers);
    expect(changedNetworks(set, next)).toEqual([home]);
    expect(activeServices(next, home).size).toBe(0);
  });

  it('looks through nothing, but the services of who comes or goes', () => {
    const goes = jailed(alice, 2_000);
    const stays: RegistryEvent[] = [
      { type: 'stakeChanged', provider: alice, tokens: 999n, ...NOWHERE },
      { type: 'servicePaused', provider: alice, network: home, ...NOWHERE },
      networkAdded(NETWORK_COUNT),
      serviceAdded(alice, 5, 7),
      jailed(providerAt(4), 3_000),
    ];
    for (const event of stays) expect(looksOf(() => reduce(set, event))).toBe(0);
    expect(looksOf(() => reduce(set, goes))).toBe(1);
    expect(looksOf(() => advance(set, blockAt(2)))).toBe(0);
  });

  it('frees those whose jail ends, and nobody else', () => {
    const first = set.jails.at(0) ?? expect.fail('nobody is in jail');
    const next = advance(set, blockAt(first.until / 2));
    expect(next.jails.size).toBe(set.jails.size - 1);
    expect(next.providers).toBe(set.providers);
    expect(changedNetworks(set, next)).toHaveLength(3);
  });
});

it('does not look at the services of a provider with very many, when its stake changes or one of them', () => {
  const count = 400;
  const events = Array.from({ length: count }, (_, index) => networkAdded(index));
  const indexes = Array.from({ length: count }, (_, index) => index);
  const set = applyBlock(emptySet(blockAt(0)), blockAt(1), [...events, ...joined(alice, indexes)]);
  expect(set.active.size).toBe(count);
  let [staked, paused] = [set, set];
  const looked = looksOf(() => {
    staked = reduce(set, { type: 'stakeChanged', provider: alice, tokens: 500n, ...NOWHERE });
    paused = reduce(set, { type: 'servicePaused', provider: alice, network: home, ...NOWHERE });
  });
  expect(looked).toBe(0);
  expect(staked.active).toBe(set.active);
  expect(changedNetworks(set, paused)).toEqual([home]);
  // Once it does come or go, it is all of them.
  const gone = reduce(set, { type: 'stakeChanged', provider: alice, tokens: 399n, ...NOWHERE });
  expect(gone.active.size).toBe(0);
});
