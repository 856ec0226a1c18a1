import { type Address, encodeFunctionData, type Hex } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { networkIdOf } from '../router/chain/commitment.ts';
import {
  createSettlementEndpoints,
  type SettlementEndpoints,
  type SettlementEndpointsOptions,
} from '../router/chain/settlementEndpoints.ts';
import { type ChainSourceOptions, createChainSource } from '../router/indexer/chainSource.ts';
import { networkLookup } from '../router/registry/networkLookup.ts';
import {
  activeServices,
  isActive,
  type NetworkKey,
  type ProviderSet,
} from '../router/registry/providerSet.ts';
import type { BackfillProgress, ProviderSource } from '../router/registry/providerSource.ts';
import { ROLE_PROVIDER, SLA as sla, tokenAbi } from './fixtures/settlementCalls.ts';
import {
  devAccount,
  governor,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';

const CAIP2S = ['eip155:1', 'eip155:59144', 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp'];
const NETWORKS = CAIP2S.map((caip2) => networkIdOf(caip2) as NetworkKey);
const PROVIDERS = [4, 5, 6].map((index) => devAccount(index).address);
const [alice] = PROVIDERS as [Address];
const [mainnet] = NETWORKS as [NetworkKey];
const POLL_INTERVAL_MS = 20;
// A limit for a machine under load, never waited for when all is well.
const WITHIN = { timeout: 20_000, interval: 5 };

let chain: SettlementChain;
let snapshot: unknown;
const sources: ProviderSource[] = [];
const endpointsOfTests: SettlementEndpoints[] = [];

beforeAll(async () => {
  chain = await startSettlementChain();
  await chain.impersonate(chain.deployment.court);
  for (const provider of PROVIDERS) {
    await send(
      provider,
      chain.deployment.token,
      encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [provider, 100_000n] }),
    );
    const args = [chain.deployment.vault, 2n ** 256n - 1n] as const;
    await send(
      provider,
      chain.deployment.token,
      encodeFunctionData({ abi: tokenAbi, functionName: 'approve', args }),
    );
  }
});

afterAll(() => chain?.stop());

// Every test begins with the same chain.
beforeEach(async () => {
  snapshot = await chain.rpc('evm_snapshot');
});

afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.stop()));
  await Promise.all(endpointsOfTests.splice(0).map((endpoints) => endpoints.close()));
  await chain.rpc('evm_revert', snapshot);
});

/** Whether or not the contract accepts it; a refused one is mined without effect. */
async function send(from: Address, to: Address, data: Hex): Promise<boolean> {
  const hash = (await chain.rpc('eth_sendTransaction', { from, to, data, gas: '0x100000' })) as Hex;
  const receipt = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 5 });
  return receipt.status === 'success';
}

type RegistryCall = Parameters<typeof encodeFunctionData<typeof providerRegistryAbi>>[0];
type VaultCall = Parameters<typeof encodeFunctionData<typeof stakeVaultAbi>>[0];

function registry(from: Address, call: Omit<RegistryCall, 'abi'>): Promise<boolean> {
  const data = encodeFunctionData({ abi: providerRegistryAbi, ...call } as RegistryCall);
  return send(from, chain.deployment.registry, data);
}

function vault(from: Address, call: Omit<VaultCall, 'abi'>): Promise<boolean> {
  return send(from, chain.deployment.vault, encodeFunctionData({ abi: stakeVaultAbi, ...call } as VaultCall));
}

async function passTime(seconds: number): Promise<boolean> {
  await chain.rpc('evm_increaseTime', seconds);
  await chain.rpc('evm_mine');
  return true;
}

async function until(seconds: number): Promise<number> {
  return Number((await chain.client.getBlock()).timestamp) + seconds;
}

/** Whoever is in office. */
const court = () =>
  chain.client.readContract({
    address: chain.deployment.vault,
    abi: stakeVaultAbi,
    functionName: 'court',
  });
/** All networks open, all providers registered, staked and offering on two networks. */
async function openForBusiness(): Promise<void> {
  for (const [index, caip2] of CAIP2S.entries()) {
    const args = [caip2, `net-${index}`, { minStake: 100n, sla }] as const;
    expect(await registry(governor.address, { functionName: 'addNetwork', args })).toBe(true);
  }
  for (const id of PROVIDERS) {
    await vault(id, { functionName: 'stake', args: [ROLE_PROVIDER, id, 250n] });
    await registry(id, { functionName: 'register', args: [id, '', 0n, '0x'] });
    for (const key of NETWORKS.slice(0, 2)) {
      const args = [key, 'http://127.0.0.1:1', 1] as const;
      expect(await registry(id, { functionName: 'addService', args })).toBe(true);
    }
  }
}

function endpointsOf(options: Partial<SettlementEndpointsOptions> = {}): SettlementEndpoints {
  const endpoints = createSettlementEndpoints({ rpcUrls: [chain.anvil.url], ...options });
  endpointsOfTests.push(endpoints);
  return endpoints;
}

function sourceOf(options: Partial<ChainSourceOptions> = {}): ProviderSource {
  const source = createChainSource({
    endpoints: endpointsOf(),
    registry: chain.deployment.registry,
    pollIntervalMs: POLL_INTERVAL_MS,
    ...options,
  });
  sources.push(source);
  return source;
}

async function started(options: Partial<ChainSourceOptions> = {}): Promise<ProviderSource> {
  const source = sourceOf(options);
  await source.start(new AbortController().signal);
  return source;
}

function currentOf(source: ProviderSource): ProviderSet {
  return source.current() ?? expect.fail('there is no set');
}

/** The source's set at the chain's head. */
async function atHead(source: ProviderSource): Promise<ProviderSet> {
  const { hash } = await chain.client.getBlock();
  await expect.poll(() => source.current()?.block.hash, WITHIN).toBe(hash);
  return currentOf(source);
}

/** Whether each service is active, by the registry itself, at the set's block. */
async function onChain(set: ProviderSet): Promise<Record<string, boolean>> {
  const answers: Record<string, boolean> = {};
  for (const id of PROVIDERS) {
    for (const key of NETWORKS) {
      answers[`${id}/${key}`] = await chain.client.readContract({
        address: chain.deployment.registry,
        abi: providerRegistryAbi,
        functionName: 'isActive',
        args: [id, key],
        blockNumber: set.block.number,
      });
    }
  }
  return answers;
}

function inSet(set: ProviderSet): Record<string, boolean> {
  const answers: Record<string, boolean> = {};
  for (const id of PROVIDERS) {
    for (const key of NETWORKS) {
      const listed = [...activeServices(set, key)].some((service) => service.provider === id);
      expect(isActive(set, id, key)).toBe(listed);
      answers[`${id}/${key}`] = listed;
    }
  }
  return answers;
}

describe('a chain source', () => {
  it('emits a set for each block, in order, events or none', async () => {
    await openForBusiness();
    const source = await started();
    const sets: ProviderSet[] = [];
    source.onChange((set) => sets.push(set));
    const first = currentOf(source).block.number;
    await registry(alice, { functionName: 'pauseService', args: [mainnet] });
    await passTime(1);
    await registry(alice, { functionName: 'resumeService', args: [mainnet] });
    await atHead(source);
    expect(sets.map(({ block }) => block.number)).toEqual([first + 1n, first + 2n, first + 3n]);
    expect(sets.map((set) => isActive(set, alice, mainnet))).toEqual([false, false, true]);
  });

  it('lets a provider back in with the first block after its jail, without an event', async () => {
    await openForBusiness();
    const source = await started();
    const end = await until(30);
    await registry(await court(), { functionName: 'jail', args: [alice, end] });
    expect(isActive(await atHead(source), alice, mainnet)).toBe(false);
    await chain.rpc('evm_setNextBlockTimestamp', end - 1);
    await chain.rpc('evm_mine');
    expect(isActive(await atHead(source), alice, mainnet)).toBe(false);
    await chain.rpc('evm_setNextBlockTimestamp', end);
    await chain.rpc('evm_mine');
    const set = await atHead(source);
    expect(isActive(set, alice, mainnet)).toBe(true);
    expect(inSet(set)).toEqual(await onChain(set));
  });

  it('knows networks by every name that users call them', async () => {
    await openForBusiness();
    const find = networkLookup(currentOf(await started()));
    expect(['net-1', 'eip155:59144', '59144'].map((name) => find(name)?.key)).toEqual(
      Array(3).fill(NETWORKS[1]),
    );
    expect(find('net-2')?.caip2).toBe(CAIP2S[2]);
  });

  it('rolls a reorg back to the common ancestor', async () => {
    await openForBusiness();
    const source = await started();
    const before = await atHead(source);
    const fork = await chain.rpc('evm_snapshot');
    await registry(alice, { functionName: 'pauseService', args: [mainnet] });
    await registry(alice, { functionName: 'removeService', args: [mainnet] });
    expect(isActive(await atHead(source), alice, mainnet)).toBe(false);
    await chain.rpc('evm_revert', fork);
    // The other branch, one block longer, in which only bob pauses.
    await registry(PROVIDERS[1] ?? alice, { functionName: 'pauseService', args: [mainnet] });
    await passTime(60);
    await passTime(60);
    const after = await atHead(source);
    expect(after.block.number).toBe(before.block.number + 3n);
    expect(after.providers.get(alice)).toEqual(before.providers.get(alice));
    expect(inSet(after)).toEqual(await onChain(after));
    expect(source.status()).toMatchObject({ state: 'live', lastError: undefined });
  });

  it('follows anvil_reorg, which empties the newest blocks', async () => {
    await openForBusiness();
    const source = await started();
    await registry(alice, { functionName: 'pauseService', args: [mainnet] });
    await passTime(1);
    expect(isActive(await atHead(source), alice, mainnet)).toBe(false);
    await chain.rpc('anvil_reorg', 2, []);
    await passTime(1);
    const set = await atHead(source);
    expect(isActive(set, alice, mainnet)).toBe(true);
    expect(inSet(set)).toEqual(await onChain(set));
  });

  it('loads anew, loudly and without an empty set in between, when a reorg goes deeper than the final block', async () => {
    await openForBusiness();
    const fork = await chain.rpc('evm_snapshot');
    // The node takes blocks of 64 ago for final.
    await chain.rpc('anvil_mine', '0x50');
    const errors: string[] = [];
    const logger = { info() {}, warn() {}, error: (_: object, event: string) => errors.push(event) };
    const source = await started({ logger });
    await atHead(source);
    const providersSeen: number[] = [];
    source.onChange((set) => providersSeen.push(set.providers.size));
    await chain.rpc('anvil_mine', '0x6');
    await atHead(source);
    await chain.rpc('evm_revert', fork);
    await registry(alice, { functionName: 'pauseService', args: [mainnet] });
    await chain.rpc('anvil_mine', '0x80');
    const set = await atHead(source);
    expect(errors).toEqual(['settlement_reorg_too_deep']);
    expect(inSet(set)).toEqual(await onChain(set));
    expect(Math.min(...providersSeen)).toBe(PROVIDERS.length);
    expect(source.status()).toMatchObject({ state: 'live', lastError: undefined });
  });

  it('tells how far the first load is', async () => {
    await openForBusiness();
    for (let block = 0; block < 30; block++) await passTime(1);
    const progress: BackfillProgress[] = [];
    const source = await started({ maxRange: 5, onProgress: (step) => progress.push(step) });
    const head = currentOf(source).block.number;
    expect(progress.length).toBeGreaterThan(3);
    expect(progress.at(-1)).toMatchObject({ head });
    expect(progress.at(-1)?.percent).toBeGreaterThan(50);
    // At the head there is nothing to tell any more.
    expect(source.status().backfill).toBeUndefined();
    expect(progress.map(({ block }) => block)).toEqual(
      progress.map(({ block }) => block).toSorted((a, b) => Number(a - b)),
    );
    expect(progress.at(-1)?.events).toBeGreaterThanOrEqual(CAIP2S.length);
  });

  it('goes on from where it stood when it is stopped and started again', async () => {
    await openForBusiness();
    const source = await started();
    const before = await atHead(source);
    await source.stop();
    expect(source.status().state).toBe('stopped');
    expect(source.current()).toBe(before);
    await registry(alice, { functionName: 'pauseService', args: [mainnet] });
    await source.start(new AbortController().signal);
    const after = await atHead(source);
    expect(isActive(after, alice, mainnet)).toBe(false);
    expect(source.status().state).toBe('live');
  });

  it('stops when its signal aborts', async () => {
    const abort = new AbortController();
    const source = sourceOf();
    await source.start(abort.signal);
    abort.abort();
    await expect.poll(() => source.status().state, WITHIN).toBe('stopped');
  });

  it('survives a listener that throws', async () => {
    const source = await started();
    let heard = 0;
    source.onChange(() => {
      throw new Error('not my day');
    });
    source.onChange(() => {
      heard += 1;
    });
    await passTime(1);
    await atHead(source);
    expect(heard).toBe(1);
    expect(source.status().state).toBe('live');
  });

  it('refuses another chain than the one meant, and an address that is no registry', async () => {
    const { signal } = new AbortController();
    await expect(sourceOf({ endpoints: endpointsOf({ chainId: 1 }) }).start(signal)).rejects.toMatchObject({
      code: 'WRONG_CHAIN',
      expected: 1,
      actual: 31337,
    });
    const noRegistry = sourceOf({ registry: chain.deployment.token });
    await expect(noRegistry.start(signal)).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
    expect(noRegistry.current()).toBeUndefined();
  });

  it('waits for an endpoint that is down until it is told to give up', async () => {
    const source = sourceOf({ endpoints: endpointsOf({ rpcUrls: ['http://127.0.0.1:2'] }) });
    const abort = new AbortController();
    const start = source.start(abort.signal);
    await expect.poll(() => source.status().lastError, WITHIN).toContain('ECONNREFUSED');
    expect(source.status().state).toBe('starting');
    abort.abort(new Error('enough'));
    await expect(start).rejects.toThrow('enough');
  });
});

describe('a chain source whose endpoint fails', () => {
  let doomed: SettlementChain;

  beforeEach(async () => {
    doomed = await startSettlementChain();
  });

  afterEach(() => doomed.stop());

  function sourceOfDoomed(): ProviderSource {
    const endpoints = endpointsOf({ rpcUrls: [doomed.anvil.url], timeoutMs: 100 });
    return sourceOf({ endpoints, registry: doomed.deployment.registry });
  }

  it('keeps its set through a hang, shows its age, and is live again afterwards', async () => {
    const source = sourceOfDoomed();
    await source.start(new AbortController().signal);
    const set = currentOf(source);
    expect(source.status().state).toBe('live');
    doomed.anvil.process.kill('SIGSTOP');
    await expect.poll(() => source.status().state, WITHIN).toBe('stale');
    expect(source.current()).toBe(set);
    expect(source.status().lastError).not.toContain(doomed.anvil.url);
    const { ageMs } = source.status();
    await expect.poll(() => source.status().ageMs, WITHIN).toBeGreaterThan(ageMs);
    doomed.anvil.process.kill('SIGCONT');
    await expect.poll(() => source.status().state, WITHIN).toBe('live');
    expect(source.status()).toMatchObject({ lastError: undefined });
    expect(source.status().ageMs).toBeLessThan(ageMs);
    await doomed.rpc('evm_mine');
    await expect.poll(() => source.current()?.block.number, WITHIN).toBe(set.block.number + 1n);
  });

  it('keeps its set when the endpoint dies, and can be stopped all the same', async () => {
    const source = sourceOfDoomed();
    await source.start(new AbortController().signal);
    const set = currentOf(source);
    await doomed.stop();
    await expect.poll(() => source.status().state, WITHIN).toBe('stale');
    expect(source.current()).toBe(set);
    await source.stop();
    expect(source.status().state).toBe('stopped');
  });
});
