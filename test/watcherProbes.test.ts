import { afterAll, beforeAll, expect, test } from 'vitest';
import { capabilityBits } from '../router/core/capability.ts';
import { systemClock } from '../router/core/clock.ts';
import { type Ms, ms } from '../router/core/units.ts';
import type { ProviderSet } from '../router/registry/providerSet.ts';
import { createUpstreamClient } from '../router/upstream/upstreamClient.ts';
import { accuse } from '../router/watcher/accuse.ts';
import type { Evidence } from '../router/watcher/checks/evidence.ts';
import { epochReport } from '../router/watcher/epochReport.ts';
import { createOwnTrouble } from '../router/watcher/ownTrouble.ts';
import type { Prober } from '../router/watcher/prober.ts';
import { createProbing } from '../router/watcher/probing.ts';
import { type CheckedNetwork, setOf, startCheckedNetwork } from './fixtures/checkedNetwork.ts';
import { honest, on } from './fixtures/faultyEndpoint.ts';

const PATIENCE = { timeout: 40_000, interval: 50 };
const INTERVAL = ms(100);
const WITNESS = ms(1_000);

const upstream = createUpstreamClient({ clock: systemClock, maxResponseBytes: 1024 * 1024 });
const stop = new AbortController();
const evidence: Evidence[] = [];
const at: { epoch: number; set: ProviderSet | undefined } = { epoch: 1, set: undefined };
let world: CheckedNetwork;
let prober: Prober;
let running: Promise<void>;

beforeAll(async () => {
  world = await startCheckedNetwork({ operators: 5, capabilities: capabilityBits(['full', 'trace']) });
  at.set = world.set;
  const quietly = () => {};
  prober = createProbing({
    ...{ upstream, clock: systemClock, random: Math.random, intervalMs: INTERVAL },
    allowPrivateEndpoints: true,
    providerSet: () => at.set,
    epoch: () => at.epoch,
    trouble: createOwnTrouble({ clock: systemClock, loopDelay: () => 0 as Ms }),
    references: new Map([[world.network.key, { url: world.url, allowPrivate: true }]]),
    evidence: { save: async (found) => void evidence.push(found) },
    log: { debug: quietly, info: quietly, warn: quietly, error: quietly },
  });
  running = prober.run(stop.signal);
});

afterAll(async () => {
  stop.abort();
  await running;
  await upstream.close();
  await world?.stop();
});

/** The epoch ends, and what it showed. */
async function endEpoch() {
  const sampled = await prober.harvest(at.epoch++, ms(5_000));
  const measured = epochReport(sampled, WITNESS);
  const slas = new Map([[world.network.key, world.network.sla]]);
  const accused = accuse(measured, slas).map(({ service: { id }, offence }) => `${id} ${offence}`);
  const samplesOf = (id: number) => sampled.find(({ service }) => service.id === id)?.samples ?? [];
  return { accused, samplesOf };
}

test('what is measured by random probes: a liar with evidence, a claim that is not held, and nobody else', async () => {
  world.endpoints[3]!.behave(
    on('trace_transaction', { kind: 'error', code: -32601, message: 'method not found' }),
  );
  world.endpoints[4]!.behave(
    on('eth_getTransactionReceipt', {
      kind: 'alter',
      alter: (receipt) => ({ ...(receipt as object), status: '0x0' }),
    }),
  );
  await expect.poll(() => evidence.length, PATIENCE).toBeGreaterThan(0);
  await expect
    .poll(() => world.endpoints[3]!.asked.filter((method) => method === 'trace_transaction').length, PATIENCE)
    .toBeGreaterThan(1);
  await expect
    .poll(
      () => world.endpoints.slice(0, 3).some(({ asked }) => asked.includes('trace_transaction')),
      PATIENCE,
    )
    .toBe(true);
  const { accused, samplesOf } = await endEpoch();
  expect(accused).toEqual(['5 invalidData']);
  expect(samplesOf(4).some(({ ok, tested }) => !ok && tested === 'trace')).toBe(true);
  expect(samplesOf(1).every(({ ok }) => ok)).toBe(true);

  const [found] = evidence;
  expect(found).toMatchObject({
    serviceId: 5,
    method: 'eth_getTransactionReceipt',
    fault: { kind: 'refuted', why: 'status' },
  });
  expect(found?.network).toBe(world.network.caip2);
  // A file of it holds all that is needed: the header, the transactions and receipts below it.
  const kept = JSON.parse(JSON.stringify(found)) as {
    anchor: { hash: string };
    truth: { transactions: string[]; receipts: unknown[] };
  };
  expect(kept.anchor.hash).toMatch(/^0x[0-9a-f]{64}$/);
  expect(kept.truth.transactions).toHaveLength(3);
  expect(kept.truth.receipts).toHaveLength(3);
});

test('a service that announces a pause is not blamed for what failed just before it was seen', async () => {
  for (const endpoint of world.endpoints) endpoint.behave(honest);
  await world.endpoints[0]!.die();
  const paused = world.services.map((service) =>
    service.id === 1 ? { ...service, status: 'paused' as const } : service,
  );
  const { asked } = world.endpoints[1]!;
  const before = asked.length;
  await expect.poll(() => asked.length, PATIENCE).toBeGreaterThan(before + 20);
  at.set = setOf(world.network, paused);
  const later = asked.length;
  await expect.poll(() => asked.length, PATIENCE).toBeGreaterThan(later + 5);
  const { accused, samplesOf } = await endEpoch();
  expect(samplesOf(1).filter(({ ok }) => !ok)).toEqual([]);
  expect(accused).toEqual([]);
});

test('one that dies without a word is accused of it, while the others answer', async () => {
  await world.endpoints[1]!.die();
  const { asked } = world.endpoints[2]!;
  await endEpoch();
  const before = asked.length;
  await expect.poll(() => asked.length, PATIENCE).toBeGreaterThan(before + 30);
  expect((await endEpoch()).accused).toEqual(['2 outage']);
});

test('when all services of the network die at once, nobody is accused', async () => {
  await Promise.all(world.endpoints.slice(2).map((endpoint) => endpoint.die()));
  await endEpoch();
  const began = systemClock.now();
  await expect.poll(() => systemClock.now() - began, PATIENCE).toBeGreaterThan(1_500);
  expect((await endEpoch()).accused).toEqual([]);
});
