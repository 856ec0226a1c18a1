/** A registry is replaced by another deployment: routers follow by the chain's events alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from 'viem';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readDeployParameters } from '../ignition/lib/deployParameters.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { networkIdOf } from '../router/chain/commitment.ts';
import { createSettlementEndpoints, type SettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { createChainSource } from '../router/indexer/chainSource.ts';
import { activeServices, type NetworkKey } from '../router/registry/providerSet.ts';
import type { ProviderSource } from '../router/registry/providerSource.ts';
import { type Deployment, deploy } from '../scripts/lib/deploy.ts';
import { becomeProvider, SLA, sendAs } from './fixtures/settlementCalls.ts';
import {
  DEPLOYER_KEY,
  devAccount,
  governor,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';

const CAIP2 = 'eip155:1';
const NETWORK = networkIdOf(CAIP2) as NetworkKey;
const alice = devAccount(4).address;
/** Of ignition/parameters/devnet.json. */
const SUCCESSOR_DELAY_SECONDS = 300;
const WITHIN = { timeout: 30_000, interval: 10 };

let chain: SettlementChain;
let next: Deployment;
let endpoints: SettlementEndpoints;
let source: ProviderSource | undefined;

beforeAll(async () => {
  chain = await startSettlementChain();
  const deploymentDir = await mkdtemp(join(tmpdir(), 'din-successor-'));
  try {
    next = await deploy({
      rpcUrl: chain.anvil.url,
      deployerKey: DEPLOYER_KEY,
      parameters: await readDeployParameters(join(import.meta.dirname, '../ignition/parameters/devnet.json')),
      deploymentDir,
    });
  } finally {
    await rm(deploymentDir, { recursive: true, force: true });
  }
  endpoints = createSettlementEndpoints({ rpcUrls: [chain.anvil.url] });
});

afterEach(() => source?.stop());

afterAll(async () => {
  await endpoints?.close();
  await chain?.stop();
});

const send = (from: Address, to: Address, functionName: string, args: readonly unknown[]) =>
  sendAs(chain, from, to, { abi: providerRegistryAbi, functionName, args });

async function openNetwork({ registry }: Deployment): Promise<void> {
  const params = { minStake: 10n, sla: SLA };
  await send(governor.address, registry, 'addNetwork', [CAIP2, 'ethereum', params]);
}

async function serve(at: Deployment, url: string): Promise<void> {
  await becomeProvider(chain, at, alice, 1_000n);
  await send(alice, at.registry, 'addService', [NETWORK, url, 1]);
}

async function replaceRegistry(): Promise<void> {
  const { registry } = chain.deployment;
  await send(governor.address, registry, 'proposeSuccessor', [next.registry]);
  await chain.rpc('evm_increaseTime', SUCCESSOR_DELAY_SECONDS);
  await send(alice, registry, 'applySuccessor', []);
}

function urls(set = source?.current()): readonly string[] | undefined {
  return set && Array.from(activeServices(set, NETWORK), ({ url }) => url);
}

it('moves to the successor once the providers have moved, and back when a reorg takes the change back', async () => {
  await openNetwork(chain.deployment);
  await serve(chain.deployment, 'http://127.0.0.1:1');
  const errors: string[] = [];
  source = createChainSource({
    ...{ endpoints, registry: chain.deployment.registry, pollIntervalMs: 20 },
    logger: { info() {}, warn() {}, error: (_, event) => errors.push(event) },
  });
  await source.start(new AbortController().signal);
  const before = await chain.rpc('evm_snapshot');

  await replaceRegistry();
  await openNetwork(next);
  await expect.poll(() => source?.current()?.successor, WITHIN).toBe(next.registry);
  expect(urls()).toEqual(['http://127.0.0.1:1']);

  await serve(next, 'http://127.0.0.1:2');
  await expect.poll(() => urls(), WITHIN).toEqual(['http://127.0.0.1:2']);
  expect(source.current()?.successor).toBeUndefined();
  // Who has business with the old one still sees it, and what changes there.
  expect(urls(source.configured())).toEqual(['http://127.0.0.1:1']);
  await send(alice, chain.deployment.registry, 'pauseService', [NETWORK]);
  await expect.poll(() => urls(source?.configured()), WITHIN).toEqual([]);
  expect(urls()).toEqual(['http://127.0.0.1:2']);

  await chain.rpc('evm_revert', before);
  await chain.rpc('anvil_mine', '0x20');
  await expect.poll(() => urls(), WITHIN).toEqual(['http://127.0.0.1:1']);
  expect(source.configured()).toBe(source.current());
  expect(errors).toEqual(['registry_replaced', 'registry_replacement_undone']);
  expect(source.status()).toMatchObject({ state: 'live', lastError: undefined });
});
