import { expect, test } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import type { CallObservation } from '../core/callObservation.ts';
import { systemClock } from '../core/clock.ts';
import type { Ms, UnixSeconds } from '../core/units.ts';
import { handMadeSet } from '../registry/providerSet.fixture.ts';
import type { Network, NetworkKey, ProviderSet, Service, ServiceKey } from '../registry/providerSet.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { knowsNothing } from './prober.fixture.ts';
import { createProber } from './prober.ts';

const network: Network = {
  key: `0x${'11'.repeat(32)}` as NetworkKey,
  index: 0,
  caip2: 'eip155:1337' as Caip2,
  slug: 'devnet',
  minStake: 1n,
  status: 'live',
  sla: {
    ...{ minAvailabilityBps: 9_000, maxP95LatencyMs: 500, maxP95BlockLag: 10 },
    ...{ maxMismatches: 0, minSamples: 3 },
  },
};
const service: Service = {
  key: `0x01/${network.key}` as ServiceKey,
  id: 1,
  provider: '0x0000000000000000000000000000000000000001',
  network: network.key,
  url: 'https://node.example',
  capabilities: 1,
  status: 'live',
  minStake: 1n,
};
const observation: CallObservation = {
  ...{ startedAt: 1 as Ms, endedAt: 2 as Ms, outcome: 'ok', latencyMs: 1 as Ms, head: undefined },
};

function start(services: readonly Service[]) {
  const hash = '0x00' as const;
  const block = { number: 1n, hash, parentHash: hash, timestamp: 0 as UnixSeconds };
  const at: { epoch: number | undefined; set: ProviderSet | undefined } = {
    epoch: 1,
    set: handMadeSet(block, [network], [...services]),
  };
  const prober = createProber({
    ...knowsNothing,
    ...{ clock: systemClock, random: Math.random, intervalMs: 1_000 as Ms, allowPrivateEndpoints: false },
    upstream: clientOf(() => new Promise(() => undefined)),
    providerSet: () => at.set,
    epoch: () => at.epoch,
  });
  return { at, prober };
}

test("a user's call belongs to the epoch that runs when it is told", () => {
  const { at, prober } = start([service]);
  prober.observe(service, observation);
  at.epoch = 2;
  prober.observe(service, observation);
  prober.observe(service, observation);
  expect(prober.takeCalls(1).get(service.key)).toHaveLength(1);
  expect(prober.takeCalls(2).get(service.key)).toHaveLength(2);
});

test('calls to who is not measured, to an endpoint that moved, and at an unknown time do not count', () => {
  const { at, prober } = start([service]);
  prober.observe({ ...service, key: `0x02/${network.key}` }, observation);
  prober.observe({ ...service, url: 'https://before.example' }, observation);
  at.epoch = undefined;
  prober.observe(service, observation);
  at.epoch = 1;
  at.set = undefined;
  prober.observe(service, observation);
  expect(prober.takeCalls(1)).toEqual(new Map());
});
