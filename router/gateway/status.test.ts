import { expect, test } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { ms, unixSeconds } from '../core/units.ts';
import type { NetworkRecord } from '../registry/networkRecord.ts';
import { emptySet, type ServiceKey } from '../registry/providerSet.ts';
import type { NetworkRouter } from './networkRouter.ts';
import type { ServiceView } from './serviceView.ts';
import type { SettlementState } from './settlementState.ts';
import { gatewayStatus } from './status.ts';

const view: ServiceView = {
  key: 'k',
  label: '0xAbCd…1234',
  tier: 'network',
  provider: '0xAbCd000000000000000000000000000000001234',
  state: 'ineligible',
  reason: 'lagging',
  because: 'it is 15 blocks behind',
  head: undefined,
  latencyMs: 12.3456,
  breaker: 'closed',
  inFlight: 1,
  calls: 2,
  failures: 0,
  abilities: {
    declared: ['full'],
    shown: ['archive'],
    lacks: ['trace'],
    refusedMethods: ['eth_getProof'],
    maxLogBlocks: undefined,
  },
};
const router: NetworkRouter = {
  caip2: 'eip155:1' as Caip2,
  slug: 'ethereum',
  setServices: () => undefined,
  setWeight: () => undefined,
  setOnDuty: () => undefined,
  setSettings: () => undefined,
  forward: () => Promise.reject(new Error('not asked here')),
  reportHead: () => undefined,
  services: () => [view],
  hasEligible: () => false,
  agreedHead: () => 9,
  logBlocks: () => undefined,
  reportFindings: () => undefined,
  explain: () => {
    throw new Error('not asked here');
  },
};
const REGISTRY = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const totals = { calls: 3, failed: 0, failovers: 1 };
const STARTING: SettlementState = {
  chainId: 1,
  source: 'chain',
  set: undefined,
  status: {
    state: 'starting',
    ageMs: ms(1),
    lastError: undefined,
    via: undefined,
    backfill: undefined,
    registry: REGISTRY,
    endpoints: [],
  },
  record: undefined,
};

test('shows the set, the networks and each service with its reason', () => {
  const set = emptySet({
    number: 12n,
    hash: '0x1',
    parentHash: '0x0',
    timestamp: unixSeconds(1_700_000_000),
  });
  const lastError = 'no answer from https://rpc.example/key';
  const status = {
    state: 'stale',
    ageMs: ms(5_000.4),
    lastError,
    via: 'checkpoint',
    registry: REGISTRY,
    backfill: { fromBlock: 1n, block: 12n, head: 40n, events: 3, percent: 29.97, remainingMs: undefined },
    endpoints: [
      { name: 'rpc[0]', state: 'down', head: 11n, lastError },
      { name: 'rpc[1]', state: 'unknown', head: undefined, lastError: undefined },
    ],
  } as const;
  const settlement = { chainId: 1, source: 'graphql', set, status, record: undefined } as const;
  expect(gatewayStatus({ version: '1.0.0', draining: false, settlement, routers: [router], totals })).toEqual(
    {
      version: '1.0.0',
      draining: false,
      watcher: null,
      settlement: {
        chainId: 1,
        source: 'graphql',
        registry: REGISTRY,
        via: 'checkpoint',
        state: 'stale',
        ageMs: 5_000,
        block: 12,
        blockTimestamp: 1_700_000_000,
        lastError: 'no answer from https://rpc.example/***',
        successor: null,
        backfill: { fromBlock: 1, block: 12, head: 40, events: 3, percent: 29.9, remainingMs: null },
        endpoints: [
          { name: 'rpc[0]', state: 'down', head: 11, lastError: 'no answer from https://rpc.example/***' },
          { name: 'rpc[1]', state: 'unknown', head: null, lastError: null },
        ],
      },
      networks: [
        {
          caip2: 'eip155:1',
          slug: 'ethereum',
          head: 9,
          services: [
            {
              label: '0xAbCd…1234',
              provider: '0xAbCd000000000000000000000000000000001234',
              tier: 'network',
              state: 'ineligible',
              reason: 'lagging',
              because: 'it is 15 blocks behind',
              head: null,
              latencyMs: 12.3,
              breaker: 'closed',
              inFlight: 1,
              calls: 2,
              failures: 0,
              score: null,
              abilities: {
                declared: ['full'],
                shown: ['archive'],
                lacks: ['trace'],
                refusedMethods: ['eth_getProof'],
                maxLogBlocks: null,
              },
            },
          ],
        },
      ],
      totals,
    },
  );
});

test('shows what watchers say of a service of the network, the newest epochs first, and of nobody else', () => {
  const block = { number: 1n, hash: '0x1', parentHash: '0x0', timestamp: unixSeconds(1) } as const;
  const key = 'k' as ServiceKey;
  const said = { watchers: 3, availability: 2 / 3, p95LatencyMs: undefined, p95BlockLag: 1, mismatches: 0 };
  const epochs = [9, 8, 7, 6].map((epoch) => ({
    ...{ epoch, totalWeight: 3, reports: [] },
    verdicts: new Map(epoch === 8 ? [] : [[key, { ...said, score: 1 / 3 }]]),
  }));
  const record: NetworkRecord = { block, lastEpoch: 9, epochs, scores: new Map([[key, 0.5]]), cases: [] };
  const shown = (made: NetworkRecord | undefined, of = view) => {
    const settlement = { ...STARTING, record: made };
    const routers = [{ ...router, services: () => [of] }];
    const page = gatewayStatus({ version: '1.0.0', draining: false, settlement, routers, totals });
    return page.networks[0]?.services[0]?.score;
  };
  const nine = {
    ...{ epoch: 9, watchers: 3, availability: 0.6667, p95LatencyMs: null, p95BlockLag: 1, mismatches: 0 },
    score: 0.3333,
  };
  expect(shown(record)).toEqual({
    factor: 0.5,
    epochs: [nine, { ...nine, epoch: 7 }, { ...nine, epoch: 6 }],
  });
  expect(shown(record, { ...view, key: 'nobody spoke of it' })).toEqual({ factor: 1, epochs: [] });
  expect(shown(record, { ...view, tier: 'own' })).toBeNull();
  expect(shown(undefined)).toBeNull();
});

test('before the first set, and without a settlement chain, what is not known is null', () => {
  const base = { version: '1.0.0', draining: false, routers: [], totals };
  expect(gatewayStatus({ ...base, settlement: STARTING }).settlement).toMatchObject({
    via: null,
    block: null,
    lastError: null,
    backfill: null,
    endpoints: [],
  });
  expect(gatewayStatus({ ...base, settlement: undefined }).settlement).toBeNull();
});
