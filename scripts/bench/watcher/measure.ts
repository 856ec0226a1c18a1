import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { windowsOf } from '../../../router/chain/epochClock.ts';
import { ms } from '../../../router/core/units.ts';
import { pacedIntervalMs } from '../../../router/watcher/probeTiming.ts';
import { until } from '../../devnet/until.ts';
import { ALLOCATOR, FLAGS } from '../../lib/thriftyHeap.js';
import { caip2Of } from '../actionCall.ts';
import { type AttestChain, buildAttestChain, WATCHER_ACCOUNT } from './attestChain.ts';
import { type Child, startChild } from './childProcess.ts';
import type { EndpointFarm } from './endpointFarm.ts';
import { fastLzLength } from './fastLz.ts';
import type { MeasuredOrder, MeasuredTask, MeasuredWord, NewsFields, Usage } from './measuredTask.ts';
import type { EpochFigures, SentKind, SizeFigures } from './results.ts';

export interface MeasureOptions {
  readonly providers: number;
  readonly networks: number;
  /** How long it is watched while it asks. */
  readonly seconds: number;
  /** Whether an epoch with breaches follows. */
  readonly withBreaches: boolean;
  readonly core: number;
  readonly farm: EndpointFarm;
  readonly onProgress: (line: string) => void;
}

const MAIN = fileURLToPath(new URL('measuredMain.ts', import.meta.url));
/** In which its code becomes warm, and as its interval takes, so that all of its connections are made. */
const LEAST_WARM_UP_MS = 10_000;
const WARM_UP_INTERVALS = 1.5;
const TIMEOUT_MS = 300_000;
/** Of the SLA, and some more: not all services are asked equally often. */
const SAMPLES_FOR_A_BREACH = 16;
const DOWN = [0];

type Watcher = Child<MeasuredOrder, MeasuredWord>;

/** One watcher on one core, all providers on all networks. */
export async function measureSize(options: MeasureOptions): Promise<SizeFigures> {
  const { providers, networks, farm, onProgress } = options;
  // As often as it ever asks of so many.
  const intervalMs = pacedIntervalMs(ms(1), providers * networks);
  const endpointOf = (provider: number, network: number) =>
    `${farm.url}/${provider}/${caip2Of(network).split(':')[1]}`;
  onProgress(`${providers} × ${networks}: the settlement chain`);
  const chain = await buildAttestChain({ providers, networks, endpointOf, onProgress });
  const dir = await mkdtemp(join(tmpdir(), 'din-bench-watcher-'));
  let watcher: Watcher | undefined;
  try {
    // Weight counts from the epoch after the join.
    await chain.mineTo(windowsOf(chain.params, (await chain.epoch()) + 1).start);
    const task: MeasuredTask = {
      ...{ rpcUrl: chain.url, registry: chain.contracts.registry, account: WATCHER_ACCOUNT },
      ...{ stateDir: dir, probeIntervalMs: intervalMs },
    };
    const begun = performance.now();
    watcher = startChild({
      main: MAIN,
      task,
      // As `din watcher run` starts it.
      nodeFlags: ['--expose-gc', ...FLAGS],
      env: ALLOCATOR,
      core: options.core,
    });
    await eventOf(watcher, 'watcher_started');
    return await measureAtWork({ chain, watcher, intervalMs, ...options }, performance.now() - begun);
  } finally {
    await watcher?.end();
    await chain.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

interface AtWork extends MeasureOptions {
  readonly chain: AttestChain;
  readonly watcher: Watcher;
  readonly intervalMs: number;
}

async function measureAtWork(
  { chain, watcher, intervalMs, providers, networks, seconds, withBreaches, farm, onProgress }: AtWork,
  startMs: number,
): Promise<SizeFigures> {
  const name = `${providers} × ${networks}`;
  const services = providers * networks;
  const callsMade = async () => (await farm.stats()).calls;
  const atStart = await usageOf(watcher, 'memory');
  await delay(Math.max(LEAST_WARM_UP_MS, WARM_UP_INTERVALS * intervalMs));
  onProgress(`${name}: a short epoch to warm up`);
  const shortEpoch = await nextEpoch(chain, watcher);
  const callsAtStart = await callsMade();

  onProgress(`${name}: ${seconds} s of probes`);
  const callsBefore = await callsMade();
  const from = await usageOf(watcher, 'cpu');
  await delay(seconds * 1_000);
  const to = await usageOf(watcher, 'cpu');
  const callsAfter = await callsMade();
  const warm = await usageOf(watcher, 'memory');
  onProgress(`${name}: the epoch ends`);
  const epoch = await nextEpoch(chain, watcher);

  const calls = callsAfter - callsBefore;
  // The epoch's samples come from all of its calls, most of which fall into that time.
  const probes = Math.round((epoch.samples * calls) / (callsAfter - callsAtStart));
  const spent = (to.at - from.at) / 1_000;
  const cpuMs = to.cpuMs - from.cpuMs;
  let breaching: EndedEpoch | undefined;
  if (withBreaches) {
    onProgress(`${name}: an epoch with a provider that is down`);
    await farm.setDown(DOWN);
    await delay((SAMPLES_FOR_A_BREACH * services * spent * 1_000) / probes);
    breaching = await nextEpoch(chain, watcher);
    await farm.setDown([]);
  }
  // Probes go on while a report is written and revealed.
  const figuresOf = ({ tookMs, ...ended }: EndedEpoch): EpochFigures => ({
    ...ended,
    closeCpuMs: Math.max(0, ended.closeCpuMs - (tookMs / 1_000 / spent) * cpuMs),
  });
  return {
    ...{ providers, networks, services, startMs },
    ...{ heldAtStart: atStart.held, heldWarm: warm.held },
    peakRss: to.peakRss,
    probing: { seconds: spent, probes, calls, cpuMs },
    ...{ epoch: figuresOf(epoch), shortEpoch: figuresOf(shortEpoch) },
    breaching: breaching && figuresOf(breaching),
  };
}

/** An epoch's figures, and how long its report took. */
interface EndedEpoch extends EpochFigures {
  readonly tookMs: number;
}

/** Ends the running epoch, and lets the watcher take its report through both windows. */
async function nextEpoch(chain: AttestChain, watcher: Watcher): Promise<EndedEpoch> {
  const { end, commitEnd } = windowsOf(chain.params, await chain.epoch());
  await chain.sent();
  const from = await usageOf(watcher, 'cpu');
  const closed = eventOf(watcher, 'epoch_closed');
  const committed = eventOf(watcher, 'report_committed');
  const revealed = eventOf(watcher, 'report_revealed');
  await chain.mineTo(end);
  const { services = 0, samples = 0, breaches = [] } = await closed;
  await mineUntil(chain, committed);
  await chain.mineTo(commitEnd);
  await mineUntil(chain, revealed);
  const to = await usageOf(watcher, 'cpu');
  const sent = (await chain.sent()).map(({ bytes, ...rest }) => ({
    ...{ ...rest, count: 1, bytes: bytes.length, fastLzBytes: fastLzLength(bytes) },
  }));
  return {
    ...{ services, samples, breaches: breaches.length },
    ...{ closeCpuMs: to.cpuMs - from.cpuMs, tookMs: to.at - from.at },
    sent: [...Map.groupBy(sent, ({ name }) => name).values()].map((those) => those.reduce(together)),
  };
}

function together(one: SentKind, other: SentKind): SentKind {
  return {
    name: one.name,
    count: one.count + other.count,
    gas: one.gas + other.gas,
    bytes: one.bytes + other.bytes,
    fastLzBytes: one.fastLzBytes + other.fastLzBytes,
  };
}

/** A block whenever a transaction waits for one: else time stands still. Rejects when the watcher ends. */
async function mineUntil(chain: AttestChain, done: Promise<unknown>): Promise<void> {
  let isDone = false;
  const settled = done.then(() => {
    isDone = true;
  });
  const mining = until(
    'the report is on the chain',
    async () => {
      if ((await chain.waiting()) > 0) await chain.mine();
      return isDone ? true : undefined;
    },
    TIMEOUT_MS,
  );
  await Promise.all([settled, mining]);
}

async function eventOf(watcher: Watcher, event: string): Promise<NewsFields> {
  type News = Extract<MeasuredWord, { kind: 'news' }>;
  const isIt = (word: MeasuredWord): word is News => word.kind === 'news' && word.event === event;
  return (await watcher.next(isIt)).fields;
}

async function usageOf(watcher: Watcher, order: MeasuredOrder): Promise<Usage> {
  type Answer = Extract<MeasuredWord, { kind: 'usage' }>;
  const answer = watcher.next((word): word is Answer => word.kind === 'usage');
  watcher.order(order);
  return await answer;
}
