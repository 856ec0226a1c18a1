import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  decodeFunctionData,
  getAbiItem,
  type Hex,
  isAddressEqual,
  type LocalAccount,
  parseTransaction,
  toFunctionSelector,
} from 'viem';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import type { EpochParams } from '../router/chain/epochClock.ts';
import type { NetworkKey, Service, ServiceKey } from '../router/registry/providerSet.ts';
import { buildReport, type Report, type ReportAuthor } from '../router/watcher/report.ts';
import { createReportStore, type StoredReport } from '../router/watcher/reportStore.ts';
import { chunkLimits } from '../router/watcher/revealGas.ts';
import { devAccount } from '../scripts/devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type Fate, type Relay, startRelay } from './fixtures/relay.ts';
import { NETWORK, startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const LAUNCHER = join(import.meta.dirname, '../scripts/din.js');
const PATIENCE = { timeout: 60_000, interval: 20 };
const WATCHER = 15;
/** Each span, in the chain's time, which stands still but when the test moves it. */
const SECONDS = 10;

let world: WatcherWorld;
let served: Anvil;
let services: Relay[] = [];
let door: Relay;
let watcher: LocalAccount;
let author: ReportAuthor;
let params: EpochParams;
let child: ChildProcess | undefined;
/** What the processes logged, in order. */
const log: { readonly event: string; readonly epoch: number | undefined }[] = [];
/** What becomes of what a process asks of the chain. */
let fateOf: (body: string) => Fate = () => 'pass';
let probes = 0;

const rpc = (method: string, ...params: unknown[]) =>
  world.client.request<{ Parameters: unknown[]; ReturnType: unknown }>({ method, params });

beforeAll(async () => {
  [world, served] = await Promise.all([
    startWatcherWorld({
      parameters: {
        ...{ epochSeconds: SECONDS, commitSeconds: SECONDS, revealSeconds: SECONDS },
        ...{ evidenceSeconds: 600, vetoSeconds: 600, appealSeconds: 600 },
        ...{ thawSeconds: 6_000, courtChangeSeconds: 12_000, escrowThawSeconds: 12_000 },
      },
      sla: {
        ...{ minAvailabilityBps: 9_000, maxP95LatencyMs: 30_000, maxP95BlockLag: 1_000 },
        ...{ maxMismatches: 0, minSamples: 3 },
      },
    }),
    startAnvil({ chainId: 1337 }),
  ]);
  watcher = world.account(WATCHER);
  const countProbe = (): Fate => {
    probes += 1;
    return 'pass';
  };
  services = await Promise.all([1, 2, 3].map(() => startRelay(served.url, countProbe)));
  door = await startRelay(world.settlement.url, (body) => fateOf(body));
  await Promise.all([
    ...services.map((service, index) => world.enlistProvider(world.account(5 + index), service.url)),
    world.enlistWatcher(watcher),
  ]);
  author = { chainId: world.deployment.chainId, hub: world.deployment.hub, watcher: watcher.address };
  params = await world.client.readContract({
    address: author.hub,
    abi: watcherHubAbi,
    functionName: 'epochParams',
  });
  await rpc('evm_setAutomine', false);
  await rpc('anvil_setBlockTimestampInterval', 0);
}, 120_000);

afterEach(() => {
  child?.kill('SIGKILL');
});
afterAll(async () => {
  await Promise.all([door?.stop(), ...services.map((service) => service.stop())]);
  await Promise.all([world?.stop(), served?.stop()]);
});

const stateDir = () => join(world.dir, 'watcher');

/** Runs `din watcher run`, until it is killed. */
async function start(): Promise<void> {
  const began = log.length;
  const argv = ['watcher', 'run', '--rpc', door.url, '--registry', world.deployment.registry];
  argv.push('--state-dir', stateDir(), '--allow-private-endpoints', '--probe-interval-ms', '200');
  const started = spawn(process.execPath, [LAUNCHER, ...argv], {
    env: { ...process.env, DIN_PRIVATE_KEY: devAccount(WATCHER).privateKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  createInterface({ input: started.stdout }).on('line', (line) => {
    const { event, epoch } = JSON.parse(line) as { event: string; epoch?: number };
    log.push({ event, epoch });
  });
  await expect.poll(() => log.slice(began).map(({ event }) => event), PATIENCE).toContain('watcher_started');
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const ended = child;
  child = undefined;
  if (ended === undefined) return;
  const exit = once(ended, 'exit');
  ended.kill(signal);
  await exit;
}

const kill = () => end('SIGKILL');

const logged = (event: string, epoch: number) =>
  log.filter((one) => one.event === event && one.epoch === epoch).length;

/** What the disk holds; no process may run. */
function onDisk(epoch: number): StoredReport | undefined {
  const store = createReportStore(stateDir(), author);
  try {
    return store.get(epoch);
  } finally {
    store.close();
  }
}

async function jumpTo(seconds: number): Promise<void> {
  await rpc('evm_setNextBlockTimestamp', seconds);
  await rpc('evm_mine');
}

/** Mines what waits in the pool, until something is so. */
async function mineUntil(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      const { pending } = (await rpc('txpool_status')) as { pending: Hex };
      if (pending !== '0x0') await rpc('evm_mine');
      return await isSo();
    }, PATIENCE)
    .toBe(true);
}

interface Act {
  readonly name: string;
  readonly epoch: number;
  /** Of a reveal. */
  readonly measurements?: unknown;
}

/** What a signed transaction asks of the hub. */
function actOf(raw: Hex): Act | undefined {
  const { to, data } = parseTransaction(raw);
  if (!to || !data || !isAddressEqual(to, author.hub)) return undefined;
  const { functionName, args } = decodeFunctionData({ abi: watcherHubAbi, data });
  const [first, second, , measurements] = args ?? [];
  return { name: functionName, epoch: Number(typeof first === 'bigint' ? first : second), measurements };
}

/** What a request sends to the hub; undefined when it sends nothing. */
function sentBy(body: string): Act | undefined {
  const { method, params } = JSON.parse(body) as { method: string; params: readonly Hex[] };
  return method === 'eth_sendRawTransaction' && params[0] ? actOf(params[0]) : undefined;
}

/** Decides what becomes of one kind of request from now on; resolves once there was one. */
function trap(fate: Fate, matches: (body: string) => boolean): Promise<void> {
  const reached = Promise.withResolvers<void>();
  fateOf = (body) => {
    if (!matches(body)) return 'pass';
    reached.resolve();
    return fate;
  };
  return reached.promise;
}

const sends = (name: string, epoch: number) => (body: string) => {
  const act = sentBy(body);
  return act?.name === name && act.epoch === epoch;
};

/** All that the watcher's transactions in blocks asked of the hub, and whether each had effect. */
async function acts(): Promise<(Act & { readonly ok: boolean })[]> {
  const head = await world.client.getBlockNumber();
  const found: (Act & { readonly ok: boolean })[] = [];
  for (let number = 0n; number <= head; number += 1n) {
    const { transactions } = await world.client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { hash, from } of transactions) {
      if (!isAddressEqual(from, watcher.address)) continue;
      const act = actOf((await rpc('eth_getRawTransactionByHash', hash)) as Hex);
      const { status } = await world.client.getTransactionReceipt({ hash });
      if (act) found.push({ ...act, ok: status === 'success' });
    }
  }
  return found;
}

async function revealedChunks(epoch: number): Promise<number> {
  const { hub: address, watcher: of } = author;
  const args = [of, BigInt(epoch)] as const;
  return (await world.client.readContract({ address, abi: watcherHubAbi, functionName: 'reportOf', args }))
    .revealedChunks;
}

/** As an earlier process may have left it on a chain with small blocks. */
function longReport(epoch: number): Report {
  const figures = { samples: 20, successes: 20, p95LatencyMs: 30, p95BlockLag: 1, mismatches: 0 };
  const measured = Array.from({ length: 400 }, (_, index) => {
    const service: Service = {
      ...{ key: `${index}` as ServiceKey, id: index + 1, provider: author.hub, url: '', capabilities: 1 },
      ...{ network: NETWORK as NetworkKey, status: 'live', minStake: 1n },
    };
    return { service, figures };
  });
  return buildReport(author, epoch, measured, [], `0x${'5a'.repeat(32)}`, chunkLimits(0n));
}

const WEIGHT_AT = toFunctionSelector(getAbiItem({ abi: watcherHubAbi, name: 'weightAt' })).slice(2);
/** The last that a watcher asks before it stores its report. */
const asksWeight = (body: string) => body.includes('eth_call') && body.includes(WEIGHT_AT);

test('a watcher killed at any step of an epoch reveals once what it committed to once', {
  timeout: 240_000,
}, async () => {
  // So late that the report about the last epoch is made.
  const startOf = (epoch: number) => params.genesis + epoch * SECONDS + 1;
  const { timestamp } = await world.client.getBlock();
  // In the next epoch the watcher has a say.
  const first = Math.floor((Number(timestamp) - params.genesis) / SECONDS) + 1;
  const [second, third] = [first + 1, first + 2];
  const measure = async () => {
    const before = probes;
    await expect.poll(() => probes, PATIENCE).toBeGreaterThan(before + 15);
  };

  // Before the report is on disk.
  await jumpTo(startOf(first));
  await start();
  await measure();
  const weighing = trap('hold', asksWeight);
  await jumpTo(startOf(second));
  await weighing;
  await kill();
  expect(onDisk(first)).toBeUndefined();

  // Once it is, before its commit is sent.
  const committing = trap('hold', sends('commit', second));
  await start();
  await measure();
  await jumpTo(startOf(third));
  await committing;
  await kill();
  const report = onDisk(second);
  expect(report?.state).toBe('stored');

  // Once it is sent, before anything came back.
  const sent = trap('swallow', sends('commit', second));
  await start();
  await sent;
  await expect.poll(() => rpc('txpool_status'), PATIENCE).toMatchObject({ pending: '0x1' });
  await kill();

  // Once it is in a block, before the reveal.
  const sentAgain = trap('pass', sends('commit', second));
  await start();
  await sentAgain;
  await mineUntil(() => logged('report_committed', second) > 0);
  await kill();
  expect(onDisk(second)).toEqual({ ...report, state: 'committed' });

  // Its reveal and the commit of the next one are under way at once.
  const long = longReport(third);
  expect(long.chunks).toHaveLength(3);
  const store = createReportStore(stateDir(), author);
  store.save(long);
  store.close();
  await jumpTo(startOf(third + 1));
  await start();
  await mineUntil(() => logged('report_revealed', second) > 0 && logged('report_committed', third) > 0);

  // Between two chunks.
  const isChunk = (index: number) => (body: string) => {
    const act = sentBy(body);
    return act?.epoch === third && act.measurements === long.chunks[index]?.measurements;
  };
  const between = trap('hold', isChunk(1));
  await jumpTo(startOf(third + 2));
  await mineUntil(async () => (await revealedChunks(third)) > 0);
  await between;
  await kill();
  expect(await revealedChunks(third)).toBe(1);

  // Once the last chunk is in a block, before the disk knows.
  let isDeaf = false;
  fateOf = (body) => {
    if (isDeaf) return 'hold';
    isDeaf = isChunk(2)(body);
    return 'pass';
  };
  await start();
  await mineUntil(async () => (await revealedChunks(third)) === 3);
  await kill();
  expect(onDisk(third)?.state).toBe('committed');

  fateOf = () => 'pass';
  await start();
  await expect.poll(() => logged('report_revealed', third), PATIENCE).toBe(1);
  await end('SIGTERM');
  expect(onDisk(third)).toEqual({ ...long, state: 'revealed' });

  const all = await acts();
  expect(all.filter(({ ok }) => !ok)).toEqual([]);
  const of = (epoch: number) => all.filter((act) => act.epoch === epoch);
  expect(of(first)).toEqual([]);
  expect(of(second).map(({ name }) => name)).toEqual(['commit', 'reveal']);
  expect(of(second)[1]?.measurements).toBe(report?.chunks[0]?.measurements);
  expect(of(third).map(({ name }) => name)).toEqual(['commit', 'reveal', 'reveal', 'reveal']);
  expect(
    of(third)
      .slice(1)
      .map(({ measurements }) => measurements),
  ).toEqual(long.chunks.map(({ measurements }) => measurements));
});
