import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '../../router/bin/gateway.ts';
import { checkConfig } from '../../router/config/load.ts';
import type { Random } from '../../router/core/clock.ts';
import { createHandSource } from '../../test/fixtures/handSource.ts';
import { rpc, startAnvilProcess } from '../devnet/anvilProcess.ts';
import { devAccount } from '../devnet/devAccounts.ts';
import { createPortAllocator } from '../devnet/freePort.ts';
import { createProcesses } from '../devnet/processes.ts';
import {
  createProviderFleet,
  type FleetMember,
  type ProviderFleet,
  providerOfProcess,
} from '../devnet/providerFleet.ts';
import { until } from '../devnet/until.ts';
import { createWeather, type Weather } from './weather.ts';

export const CHAIN_ID = 1337;
const BLOCK_SECONDS = 1;
const SLUG = 'devnet';
// Below what systems give out by themselves: a port that refuses for a while is nobody else's meanwhile.
const FIRST_PORT = 20_000;
const PORT_SPAN = 8_000;
const READY_TIMEOUT_MS = 60_000;
// Known blocks to ask for, before anything is sent.
const FIRST_BLOCKS = '0xc';

/** A real node, providers' endpoints before it, each its own process, and a gateway that routes to them. */
export interface Stage {
  readonly nodeUrl: string;
  readonly gatewayUrl: string;
  readonly networkUrl: string;
  readonly weather: Weather;
  close(): Promise<void>;
}

export async function setStage(providers: number, random: Random): Promise<Stage> {
  const logDir = await mkdtemp(join(tmpdir(), 'din-chaos-'));
  const processes = createProcesses({
    logDir,
    onUnexpectedEnd(ended) {
      // Providers die by plan. Without the node nothing holds any more: every answer shows it.
      if (providerOfProcess(ended.processName) === undefined) process.stderr.write(`${ended.message}\n`);
    },
  });
  const cleanups: (() => Promise<unknown>)[] = [
    async () => {
      await processes.stopAll();
      await rm(logDir, { recursive: true, force: true });
    },
  ];
  const close = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    const allocate = createPortAllocator();
    const port = () => allocate(FIRST_PORT + Math.floor(random() * PORT_SPAN));
    const node = await startAnvilProcess(processes, {
      ...{ name: 'node', chainId: CHAIN_ID, port: await port() },
      blockTime: BLOCK_SECONDS,
    });
    await rpc(node.url, 'anvil_mine', [FIRST_BLOCKS]);
    const members: FleetMember[] = [];
    for (let index = 0; index < providers; index += 1) {
      const url = `http://127.0.0.1:${await port()}`;
      members.push({ name: String(index), url, controlUrl: `http://127.0.0.1:${await port()}` });
    }
    const fleet: ProviderFleet = createProviderFleet(processes, members, node.url);
    await Promise.all(members.map(({ name }) => fleet.start(name)));
    const source = createHandSource(CHAIN_ID, SLUG);
    const publish = (urls: readonly string[]) =>
      source.publish(urls.map((url, index) => ({ provider: devAccount(index).address, url })));
    publish(members.map(({ url }) => url));
    const gateway = await startGateway({ config: await config(), source });
    cleanups.push(() => gateway.close());
    const isReady = async () => ((await fetch(`${gateway.url}/readyz`)).status === 200 ? true : undefined);
    await until('the gateway is ready', isReady, READY_TIMEOUT_MS);
    return {
      nodeUrl: node.url,
      gatewayUrl: gateway.url,
      networkUrl: `${gateway.url}/${SLUG}`,
      weather: createWeather({ members, fleet, publish }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Everything as in production, but that providers are on this machine. */
function config() {
  return checkConfig({
    listen: '127.0.0.1:0',
    // Replaced by the source that is turned by hand, and never asked.
    settlement: {
      chainId: 31_337,
      rpc: ['http://127.0.0.1:1'],
      registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
    },
    log: { level: 'silent' },
    development: { allowPrivateEndpoints: true },
  });
}
