import { describe, expect, test } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { ms, unixSeconds } from '../core/units.ts';
import type { RegistryEvent } from '../registry/events.ts';
import type { EpochReport, NetworkRecord, PendingCase } from '../registry/networkRecord.ts';
import { type Address, emptySet, type NetworkKey, serviceKey } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import { type ProviderPage, providerAnswer } from './providerPage.ts';
import type { SettlementState } from './settlementState.ts';

const NETWORK = '0x77' as NetworkKey;
const PROVIDER: Address = '0xAbCd000000000000000000000000000000001234';
const KEY = serviceKey(PROVIDER, NETWORK);
const SLA = {
  ...{ minAvailabilityBps: 9_000, maxP95LatencyMs: 2_000, maxP95BlockLag: 10 },
  ...{ maxMismatches: 0, minSamples: 3 },
};
const block = { number: 5n, hash: '0x1', parentHash: '0x0', timestamp: unixSeconds(1_000) } as const;
const place = { blockNumber: 5n, logIndex: 0 };
const EVENTS: readonly RegistryEvent[] = [
  {
    ...{
      type: 'networkAdded',
      network: NETWORK,
      caip2: 'eip155:1' as Caip2,
      slug: 'ethereum',
      minStake: 10n,
    },
    ...{ sla: SLA, ...place },
  },
  { type: 'providerRegistered', provider: PROVIDER, signer: PROVIDER, metadata: '<b>', ...place },
  {
    ...{ type: 'serviceAdded', provider: PROVIDER, network: NETWORK, serviceId: 7, capabilities: 1 },
    ...{ url: 'https://user:pass@a.example', minStake: 10n, ...place },
  },
  { type: 'stakeChanged', provider: PROVIDER, tokens: 50n, thawing: 20n, locked: 3n, ...place },
];

const said = (watcher: string, weight: number, successes: number): EpochReport => {
  const figures = { samples: 10, successes, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };
  return {
    ...{ watcher: watcher as Address, weight },
    records: { all: [{ serviceId: 7, ...figures }], of: (id) => (id === 7 ? figures : undefined) },
    attested: new Map(),
  };
};
const verdict = {
  ...{ watchers: 2, availability: 0, p95LatencyMs: undefined, p95BlockLag: 0, mismatches: 0, score: 0 },
};
const pending = (state: PendingCase['state'], provider = PROVIDER): PendingCase => ({
  ...{ id: '0xca5e', provider, network: NETWORK, epoch: 3, offence: 'outage', state, amount: 3n },
  executableAt: unixSeconds(2_000),
});
const record: NetworkRecord = {
  block,
  lastEpoch: 4,
  epochs: [
    { epoch: 4, totalWeight: 4, reports: [said('0x0d', 1, 0)], verdicts: new Map() },
    {
      ...{ epoch: 3, totalWeight: 4, verdicts: new Map([[KEY, verdict]]) },
      reports: [said('0x0a', 2, 0), said('0x0b', 1, 0), said('0x0c', 1, 10)],
    },
    { epoch: 2, totalWeight: 4, reports: [], verdicts: new Map() },
  ],
  scores: new Map([[KEY, 0.75]]),
  cases: [pending('open'), pending('open', '0x000000000000000000000000000000000000dEaD')],
};

function stateOf(events: readonly RegistryEvent[], made?: NetworkRecord): SettlementState {
  return {
    ...{ chainId: 1, source: 'chain', set: applyBlock(emptySet(block), block, events), record: made },
    status: {
      ...{ state: 'live', ageMs: ms(0), lastError: undefined, via: 'chain', backfill: undefined },
      ...{ registry: PROVIDER, endpoints: [] },
    },
  };
}

function pageOf(state: SettlementState, address: string = PROVIDER): ProviderPage {
  const answer = providerAnswer(state, address);
  if (answer.kind !== 'known') throw new Error('not known');
  return answer.page;
}

describe('the page of a provider', () => {
  test('shows stake, services, and epoch by epoch who said what, who dissents and how many were silent', () => {
    const page = pageOf(stateOf(EVENTS, record), PROVIDER.toLowerCase());
    const figures = { samples: 10, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };
    const bad = { ...figures, successes: 0, breaches: ['outage'] };
    expect(page).toEqual({
      ...{ provider: PROVIDER, block: 5, registered: true, jailedUntil: null },
      stake: { tokens: '50', counts: '30', required: '10', thawing: '20', locked: '3' },
      services: [
        {
          ...{
            network: 'ethereum',
            caip2: 'eip155:1',
            serviceId: 7,
            status: 'live',
            active: true,
            score: 0.75,
          },
          epochs: [
            {
              ...{ epoch: 4, together: null, silentWeight: 0.75 },
              said: [{ watcher: '0x0d', weight: 0.25, ...bad, dissents: true }],
            },
            {
              epoch: 3,
              together: { epoch: 3, ...verdict, p95LatencyMs: null },
              said: [
                { watcher: '0x0a', weight: 0.5, ...bad, dissents: false },
                { watcher: '0x0b', weight: 0.25, ...bad, dissents: false },
                { watcher: '0x0c', weight: 0.25, ...figures, successes: 10, breaches: [], dissents: true },
              ],
              silentWeight: 0,
            },
          ],
        },
      ],
      cases: [
        {
          ...{ id: '0xca5e', epoch: 3, offence: 'outage', state: 'open', network: 'ethereum', amount: '3' },
          ...{ vetoUntil: 2_000, appealUntil: 2_000, decisionUntil: null, executableAt: 2_000 },
        },
      ],
    });
    expect(JSON.stringify(page)).not.toMatch(/a\.example|<b>/);
  });

  test('an appealed case cannot be appealed again, but decided', () => {
    const page = pageOf(stateOf(EVENTS, { ...record, cases: [pending('appealed')] }));
    expect(page.cases?.[0]).toMatchObject({ vetoUntil: 2_000, appealUntil: null, decisionUntil: 2_000 });
  });

  test('shows a jail, and what is not known yet as null', () => {
    const jailed: RegistryEvent = {
      ...{ type: 'providerJailed', provider: PROVIDER, until: unixSeconds(1_500), ...place },
    };
    const page = pageOf(stateOf([...EVENTS, jailed]));
    expect(page).toMatchObject({ jailedUntil: 1_500, cases: null });
    expect(page.services[0]).toMatchObject({ active: false, score: null, epochs: [] });
  });

  test('there is none for whom nothing is known of', () => {
    expect(providerAnswer(stateOf([], record), PROVIDER)).toEqual({ kind: 'unknown' });
    expect(providerAnswer({ ...stateOf([]), set: undefined }, PROVIDER)).toEqual({ kind: 'unknown' });
    expect(providerAnswer(undefined, PROVIDER)).toEqual({ kind: 'unknown' });
  });
});
