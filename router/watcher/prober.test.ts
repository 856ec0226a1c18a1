import { afterEach, expect, test } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { systemClock } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { Ms, UnixSeconds } from '../core/units.ts';
import { handMadeSet } from '../registry/providerSet.fixture.ts';
import type { Network, NetworkKey, ProviderSet, Service, ServiceKey } from '../registry/providerSet.ts';
import type { UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import type { Truth } from './finality/truth.ts';
import { probeableServices } from './probeable.ts';
import { knowsNothing } from './prober.fixture.ts';
import { createProber, type ProberDependencies } from './prober.ts';

function network(caip2: string, fill: string): Network {
  return {
    key: `0x${fill.repeat(32)}` as NetworkKey,
    index: 0,
    caip2: caip2 as Caip2,
    slug: 'devnet',
    minStake: 1n,
    status: 'live',
    sla: {
      minAvailabilityBps: 9_000,
      maxP95LatencyMs: 500,
      maxP95BlockLag: 10,
      maxMismatches: 0,
      minSamples: 3,
    },
  };
}

const evm = network('eip155:1337', '11');
const solana = network('solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp', '22');

function service(id: number, on: Network, url = `https://node${id}.example`): Service {
  const provider = `0x${id.toString(16).padStart(40, '0')}` as const;
  const key = `${provider}/${on.key}` as ServiceKey;
  return { key, id, provider, network: on.key, url, capabilities: 1, status: 'live', minStake: 1n };
}

function setOf(...services: Service[]): ProviderSet {
  const hash = '0x00' as const;
  const block = { number: 1n, hash, parentHash: hash, timestamp: 0 as UnixSeconds };
  return handMadeSet(block, [evm, solana], services);
}

const answered: UpstreamOutcome = { ok: true, result: '"0x539"' as RawJson, latencyMs: 1 as Ms };

/** Answers by URL; what it does not know hangs until aborted. */
function scripted(answers: ReadonlyMap<string, UpstreamOutcome>) {
  const asked: string[] = [];
  const upstream = clientOf(
    ({ url }, _call, { signal }) =>
      new Promise((resolve) => {
        asked.push(url);
        const answer = answers.get(url);
        if (answer) return resolve(answer);
        signal?.addEventListener('abort', () =>
          resolve({ ok: false, class: 'provider', reason: 'aborted', latencyMs: 1 as Ms }),
        );
      }),
  );
  return { upstream, asked };
}

let stop = new AbortController();
let running: Promise<void> = Promise.resolve();
afterEach(async () => {
  stop.abort();
  await running;
  stop = new AbortController();
});

function start(
  upstream: UpstreamClient,
  at: { epoch: number | undefined; set: ProviderSet },
  more: Partial<ProberDependencies> = {},
) {
  const prober = createProber({
    ...knowsNothing,
    upstream,
    clock: systemClock,
    random: Math.random,
    intervalMs: 20 as Ms,
    allowPrivateEndpoints: false,
    providerSet: () => at.set,
    epoch: () => at.epoch,
    ...more,
  });
  running = prober.run(stop.signal);
  return prober;
}

test('only active services of EVM networks over HTTP have a probe', () => {
  const set = setOf(service(1, evm), service(2, solana), service(3, evm, 'wss://node3.example'));
  expect([...probeableServices(set).values()].map((one) => [one.service.id, one.chainId])).toEqual([
    [1, 1337],
  ]);
});

test('every active service is asked again and again, and the samples belong to the epoch that ran', async () => {
  const { upstream, asked } = scripted(
    new Map([
      ['https://node1.example', answered],
      ['https://node2.example', answered],
    ]),
  );
  const at = { epoch: 7, set: setOf(service(1, evm), service(2, evm)) };
  const prober = start(upstream, at);
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(10);
  at.epoch = 8;
  const seventh = await prober.harvest(7, 10 as Ms);
  expect(seventh.map((one) => one.service.id).toSorted()).toEqual([1, 2]);
  expect(seventh.reduce((sum, one) => sum + one.samples.length, 0)).toBeGreaterThan(8);
  expect(await prober.harvest(7, 10 as Ms)).toEqual([]);
});

test('nothing is asked while the epoch is unknown', async () => {
  const { upstream, asked } = scripted(new Map([['https://node1.example', answered]]));
  const at: { epoch: number | undefined; set: ProviderSet } = {
    epoch: undefined,
    set: setOf(service(1, evm)),
  };
  start(upstream, at);
  at.epoch = 1;
  const before = asked.length;
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(before).toBe(0);
});

test('the answer of a service that was paused or moved meanwhile is not counted', async () => {
  const pending: ((outcome: UpstreamOutcome) => void)[] = [];
  const upstream = clientOf(() => new Promise((resolve) => void pending.push(resolve)));
  const at = { epoch: 1, set: setOf(service(1, evm), service(2, evm)) };
  const prober = start(upstream, at);
  await expect.poll(() => pending.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  at.set = setOf(service(2, evm, 'https://moved.example'));
  at.epoch = 2;
  for (const resolve of pending) resolve(answered);
  expect(await prober.harvest(1, 1_000 as Ms)).toEqual([]);
});

test('a harvest waits for a hanging service no longer than it may, and a stop aborts its probe', async () => {
  const { upstream, asked } = scripted(new Map());
  const at = { epoch: 1, set: setOf(service(1, evm)) };
  const prober = start(upstream, at);
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(0);
  at.epoch = 2;
  expect(await prober.harvest(1, 10 as Ms)).toEqual([]);
  stop.abort();
  await running;
});

/** A service whose head stands there, of a network where block 32 is agreed. */
function standing(head: number) {
  const calls: string[] = [];
  const upstream = clientOf(async (_target, { method, params }) => {
    calls.push(`${method} ${params}`);
    const quantity = `"0x${head.toString(16)}"`;
    const result = method.startsWith('eth_getBlockBy') ? `{"number":${quantity}}` : quantity;
    return { ok: true, result: result as RawJson, latencyMs: 1 as Ms };
  });
  const header = { hash: `0x${'ab'.repeat(32)}`, fields: { number: '0x20' } };
  const truth = {
    ...{ isNear: true, block: undefined, receipts: undefined, accounts: [], addresses: [], calls: [] },
    anchor: { header, number: 32, head: 40, agreedBy: [] },
  } as unknown as Truth;
  const more = { truths: { of: () => truth }, intervalMs: 2 as Ms };
  start(upstream, { epoch: 1, set: setOf(service(1, evm)) }, more);
  return { calls, ofTheBlock: () => calls.filter((call) => /0x20|abab/.test(call)) };
}

test('a service is asked about an agreed block once it has named a head as high', async () => {
  const { ofTheBlock } = standing(32);
  await expect.poll(() => ofTheBlock().length, { timeout: 10_000 }).toBeGreaterThan(3);
});

test('of a block past its own head it is asked nothing: that it has none of it says no more than its lag', async () => {
  const { calls, ofTheBlock } = standing(31);
  await expect.poll(() => calls.length, { timeout: 20_000 }).toBeGreaterThan(50);
  expect(ofTheBlock()).toEqual([]);
});
