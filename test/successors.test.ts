/** A registry is replaced by another deployment: routers follow by the chain's events alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Abi, type Address, encodeFunctionData, type Hex, parseAbi } from 'viem';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readDeployParameters } from '../ignition/lib/deployParameters.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { networkIdOf } from '../router/chain/commitment.ts';
import { createSettlementEndpoints, type SettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { createChainSource } from '../router/indexer/chainSource.ts';
import { activeServices, type NetworkKey } from '../router/registry/providerSet.ts';
import type { ProviderSource } from '../router/registry/providerSource.ts';
import { type Deployment, deploy } from '../scripts/lib/deploy.ts';
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
const sla = {
  ...{ minAvailabilityBps: 9000, maxP95LatencyMs: 2000, maxP95BlockLag: 10 },
  ...{ maxMismatches: 0, minSamples: 3 },
};
const tokenAbi = parseAbi([
  'function mint(address, uint256)',
  'function approve(address, uint256) returns (bool)',
]);
/** Of ignition/parameters/devnet.json. */
const SUCCESSOR_DELAY_SECONDS = 300;
const ROLE_PROVIDER = 0;
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

async function send(
  from: Address,
  to: Address,
  abi: Abi,
  functionName: string,
  args: unknown[],
): Promise<void> {
  const data = encodeFunctionData({ abi, functionName, args });
  const hash = (await chain.rpc('eth_sendTransaction', { from, to, data, gas: '0x100000' })) as Hex;
  const receipt = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 5 });
  expect(receipt.status, functionName).toBe('success');
}

async function openNetwork({ registry }: Deployment): Promise<void> {
  const params = { minStake: 10n, sla };
  await send(governor.address, registry, providerRegistryAbi, 'addNetwork', [CAIP2, 'ethereum', params]);
}

async function serve({ registry, vault, token }: Deployment, url: string): Promise<void> {
  await send(alice, token, tokenAbi, 'mint', [alice, 1_000n]);
  await send(alice, token, tokenAbi, 'approve', [vault, 1_000n]);
  await send(alice, vault, stakeVaultAbi, 'stake', [ROLE_PROVIDER, alice, 1_000n]);
  await send(alice, registry, providerRegistryAbi, 'register', [alice, '', 0n, '0x']);
  await send(alice, registry, providerRegistryAbi, 'addService', [NETWORK, url, 1]);
}

async function replaceRegistry(): Promise<void> {
  const { registry } = chain.deployment;
  await send(governor.address, registry, providerRegistryAbi, 'proposeSuccessor', [next.registry]);
  await chain.rpc('evm_increaseTime', SUCCESSOR_DELAY_SECONDS);
  await send(alice, registry, providerRegistryAbi, 'applySuccessor', []);
}

function urls(): readonly string[] | undefined {
  const set = source?.current();
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
  await expect.poll(urls, WITHIN).toEqual(['http://127.0.0.1:2']);
  expect(source.current()?.successor).toBeUndefined();

  await chain.rpc('evm_revert', before);
  await chain.rpc('anvil_mine', '0x20');
  await expect.poll(urls, WITHIN).toEqual(['http://127.0.0.1:1']);
  expect(errors).toEqual(['registry_replaced', 'registry_replacement_undone']);
  expect(source.status()).toMatchObject({ state: 'live', lastError: undefined });
});
