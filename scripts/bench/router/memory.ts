import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfigInput } from '../../../router/config/schema.ts';
import type { ManagedProcess, Processes } from '../../devnet/processes.ts';
import { caip2Of } from '../actionCall.ts';
import { CHAIN_ID, type PlayedChain, playChain } from '../chain.ts';
import { heldMemory, largestPeak, processorSeconds } from '../processTree.ts';
import { gatewaySpec } from './gatewaySpec.ts';
import { joiningEvents, NETWORK, planJoining } from './joining.ts';
import { type LoadFigures, runLoad } from './load.ts';
import { QUESTION_TIMEOUT_MS, READY_TIMEOUT_MS, requireAnswers } from './measurePeer.ts';
import { nodeConfig } from './nginx.ts';
import { nginxSpec } from './peers.ts';
import { writeInto } from './writeInto.ts';

/** A gateway with many services and many connections, started from its checkpoint. */
export interface MemoryFigures {
  readonly workers: number;
  /** Which the gateway may ask, after it had a while to poll them. */
  readonly eligible: number;
  /** Without calls, once all is settled. */
  readonly idle: {
    /** Processor time in seconds a second: what following so many services costs. */
    readonly processor: number;
    /** Of all its processes together. */
    readonly heldBytes: number | undefined;
  };
  readonly full: LoadFigures;
  /** Most that any one of its processes held, over all of this. */
  readonly peakBytes: number | undefined;
}

export interface MemoryArgs {
  readonly directory: string;
  readonly processes: Processes;
  readonly wrk: string;
  readonly seconds: number;
  freePort(): Promise<number>;
  onProgress(line: string): void;
  /** One of the gateways has no figures. */
  onFailure(error: unknown): void;
}

export const MEMORY_SERVICES = 10_000;
export const MEMORY_CONNECTIONS = 1_000;
const WORKERS = [1, 2];
const SETTLE_MS = 15_000;
const IDLE_MS = 10_000;

/** The chain is real, and so is each service's address: connections of one are of no use to another. */
export async function measureMemory(args: MemoryArgs): Promise<MemoryFigures[]> {
  const { directory, processes, freePort, onProgress } = args;
  const nodePort = await freePort();
  const chain = await playChain({
    blocks: planJoining(MEMORY_SERVICES),
    events: joiningEvents(MEMORY_SERVICES),
    endpointOf: (provider) => endpointOf(provider, nodePort),
    onProgress,
  });
  try {
    const node = processes.start(manyFacedNode(join(directory, 'node'), nodePort));
    const configOf = (port: number, workers: number) => gatewayConfig({ directory, chain, port, workers });
    onProgress('memory: reading the set from the chain');
    const first = await start({ ...args, configOf, workers: 1 });
    await first.process.end('SIGTERM');
    const figures: MemoryFigures[] = [];
    for (const workers of WORKERS) {
      onProgress(`memory: ${workers} ${workers === 1 ? 'process' : 'workers'}`);
      try {
        figures.push(await measureOne(workers, await start({ ...args, configOf, workers }), args));
      } catch (error) {
        args.onFailure(error);
      }
    }
    await node.end('SIGTERM');
    return figures;
  } finally {
    await chain.stop();
  }
}

interface Started {
  readonly process: ManagedProcess;
  readonly origin: string;
}

async function start({
  directory,
  processes,
  freePort,
  workers,
  configOf,
}: MemoryArgs & {
  readonly workers: number;
  configOf(port: number, workers: number): GatewayConfigInput;
}): Promise<Started> {
  const port = await freePort();
  const config = configOf(port, workers);
  const process = processes.start(gatewaySpec({ directory: join(directory, `gateway-${port}`), config }));
  const origin = `http://127.0.0.1:${port}`;
  try {
    await process.ready(() => isReady(origin), READY_TIMEOUT_MS);
  } catch (error) {
    await process.end('SIGTERM');
    throw error;
  }
  return { process, origin };
}

async function measureOne(
  workers: number,
  { process, origin }: Started,
  { wrk, seconds }: MemoryArgs,
): Promise<MemoryFigures> {
  const { pid } = process;
  try {
    await sleep(SETTLE_MS);
    const before = { processor: processorSeconds(pid), at: performance.now() };
    await sleep(IDLE_MS);
    const processor = (processorSeconds(pid) - before.processor) / ((performance.now() - before.at) / 1_000);
    const idle = { processor, heldBytes: heldMemory(pid) };
    // As a Prometheus does: a page of thousands of services takes memory, too.
    const eligible = await countEligible(origin);
    const url = `${origin}/${caip2Of(NETWORK)}`;
    const full = await runLoad({ wrk, url, connections: MEMORY_CONNECTIONS, seconds });
    const peakBytes = largestPeak(pid);
    await requireAnswers('the gateway with many services', origin);
    return { workers, eligible, idle, full, peakBytes };
  } finally {
    await process.end('SIGTERM');
  }
}

/** Loopback is a whole network on Linux: each provider has an address of its own. */
function endpointOf(provider: number, port: number): string {
  return `http://127.1.${provider >> 8}.${provider & 0xff}:${port}/`;
}

function manyFacedNode(directory: string, port: number) {
  // A chain id, a head and a balance alike.
  const answer = `0x${Number(caip2Of(NETWORK).split(':')[1]).toString(16)}`;
  const text = nodeConfig({ directory, port, answer, isEverywhere: true });
  return nginxSpec('many-faced-node', directory, writeInto(directory, 'nginx.conf', text));
}

function gatewayConfig(args: {
  readonly directory: string;
  readonly chain: Pick<PlayedChain, 'url' | 'registry'>;
  readonly port: number;
  readonly workers: number;
}): GatewayConfigInput {
  const { directory, chain, port, workers } = args;
  return {
    listen: `127.0.0.1:${port}`,
    workers,
    settlement: {
      ...{ chainId: CHAIN_ID, rpc: [chain.url], registry: chain.registry },
      checkpoint: join(directory, 'set.sqlite'),
    },
    development: { allowPrivateEndpoints: true },
  };
}

async function isReady(origin: string): Promise<true | undefined> {
  const { status } = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(QUESTION_TIMEOUT_MS) });
  return status === 200 ? true : undefined;
}

async function countEligible(origin: string): Promise<number> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  return text.split('\n').filter((line) => /^din_service_eligible\{.* 1$/.test(line)).length;
}
