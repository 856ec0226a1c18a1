/**
 * A process of ours that is measured: `node --expose-gc ourMain.ts <task>`, see {@link OurTask}. By itself, so that
 * memory and the time to start are its own.
 */
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSettlementEndpoints } from '../../router/chain/settlementEndpoints.ts';
import { systemClock } from '../../router/core/clock.ts';
import { createChainFeed } from '../../router/indexer/chainFeed.ts';
import type { Checkpoint } from '../../router/indexer/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../router/indexer/checkpoint/openCheckpoint.ts';
import { createFollowingSource } from '../../router/indexer/followingSource.ts';
import type { Address, ProviderSet } from '../../router/registry/providerSet.ts';
import { countingFeed } from './countingFeed.ts';
import { countRequests } from './countRequests.ts';
import type { OurAnswers, OurTask } from './ourTask.ts';
import type { ProcessUsage } from './processUsage.ts';

const beganAt = instant();
const BENCH_CHAIN_ID = 31337;
const LOOK_AGAIN_MS = 2;
const KIBIBYTE = 1024;
const MICROSECONDS_PER_MS = 1_000;
// What goes wrong must not end in figures.
const LOGGER = { info() {}, warn: complain, error: complain };

const task: OurTask = JSON.parse(process.argv[2] ?? '{}');
console.log(JSON.stringify(await perform(task)));

function perform(task: OurTask): Promise<OurAnswers[OurTask['kind']]> {
  switch (task.kind) {
    case 'backfill':
      return backfill(task);
    case 'restart':
      return restart(task);
    case 'checkpoint':
      return readAndWrite(task);
  }
}

async function backfill(task: OurTask): Promise<OurAnswers['backfill']> {
  const requests = countRequests();
  const { source, feed } = createSource(task);
  const before = collected();
  await source.start(new AbortController().signal);
  const times = { beganAt, wholeAt: instant() };
  const figures = {
    ...{ events: feed.events(), requests: requests(), usage: ownUsage() },
    ...sizeOf(source.current()),
  };
  await source.stop();
  return { ...times, ...figures, setMemory: collected() - before };
}

async function restart(task: OurTask): Promise<OurAnswers['restart']> {
  const requests = countRequests();
  const { source } = createSource(task);
  await source.start(new AbortController().signal);
  const at = { beganAt, setAt: instant(), cpuMs: ownUsage().cpuMs, requestsUntilSet: requests() };
  const size = sizeOf(source.current());
  while (source.status().state !== 'live') await sleep(LOOK_AGAIN_MS);
  const requestsUntilLive = requests();
  await source.stop();
  return { ...at, ...size, requestsUntilLive };
}

async function readAndWrite({ registry, path }: OurTask): Promise<OurAnswers['checkpoint']> {
  const begun = performance.now();
  const old = open(registry, path);
  const set = old.load();
  const loadMs = performance.now() - begun;
  if (set === undefined) throw new Error('there is no checkpoint to read');
  const besides = `${path}.anew`;
  const anew = open(registry, besides);
  const savingBegun = performance.now();
  anew.save(set);
  const firstSaveMs = performance.now() - savingBegun;
  anew.close();
  old.close();
  return { loadMs, firstSaveMs, fileBytes: statSync(besides).size };
}

/** What `createChainSource` makes, with a count. */
function createSource({ rpcUrl, registry, ...task }: OurTask) {
  const endpoints = createSettlementEndpoints({ rpcUrls: [rpcUrl], chainId: BENCH_CHAIN_ID });
  const feed = countingFeed(createChainFeed({ endpoints }));
  const openCheckpoint = () => open(registry, task.path);
  return { source: createFollowingSource({ feed, registry, logger: LOGGER, openCheckpoint }), feed };
}

function open(registry: Address, path: string): Checkpoint {
  const identity = { chainId: BENCH_CHAIN_ID, registry };
  return openCheckpoint({ path, identity, logger: LOGGER, clock: systemClock });
}

function sizeOf(set: ProviderSet | undefined): { providers: number; services: number } {
  const providers = set?.providers;
  const services = providers?.values().reduce((sum, provider) => sum + provider.services.size, 0) ?? 0;
  return { providers: providers?.size ?? 0, services };
}

/** Heap in use once all garbage is gone, in bytes. */
function collected(): number {
  if (globalThis.gc === undefined) throw new Error('start with --expose-gc');
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Since the process was started. */
function ownUsage(): ProcessUsage {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakMemory: maxRSS * KIBIBYTE, cpuMs: (userCPUTime + systemCPUTime) / MICROSECONDS_PER_MS };
}

function instant(): number {
  return performance.timeOrigin + performance.now();
}

function complain(values: object, event: string): void {
  console.error(event, JSON.stringify(values));
  process.exitCode = 1;
}
