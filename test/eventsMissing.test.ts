/** A settlement node that leaves an event out, with no other to compare it with: the services' numbers tell. */
import { type Address, toEventSelector } from 'viem';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { networkIdOf } from '../router/chain/commitment.ts';
import { createSettlementEndpoints, type SettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { createChainSource } from '../router/indexer/chainSource.ts';
import type { ProviderSource } from '../router/registry/providerSource.ts';
import {
  type FaultyEndpoint,
  honest,
  leavesOutLogs,
  startFaultyEndpoint,
} from './fixtures/faultyEndpoint.ts';
import { becomeProvider, SLA, sendAs } from './fixtures/settlementCalls.ts';
import {
  devAccount,
  governor,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';
import { createTestClock } from './fixtures/testClock.ts';

const NETWORK = networkIdOf('eip155:1');
const PROVIDERS = [4, 5, 6].map((index) => devAccount(index).address);
const serviceAdded = toEventSelector(
  providerRegistryAbi.find((item) => item.type === 'event' && item.name === 'ServiceAdded') as never,
);
const WITHIN = { timeout: 45_000, interval: 20 };
/** Longer than an endpoint that left out events is left alone. */
const BACK_OFF_MS = 600_000;

const clock = createTestClock();
let chain: SettlementChain;
let node: FaultyEndpoint;
let endpoints: SettlementEndpoints;
let source: ProviderSource | undefined;

beforeAll(async () => {
  chain = await startSettlementChain();
  node = await startFaultyEndpoint(chain.anvil.url);
  const { registry } = chain.deployment;
  const send = (from: Address, functionName: string, args: readonly unknown[]) =>
    sendAs(chain, from, registry, { abi: providerRegistryAbi, functionName, args });
  await send(governor.address, 'addNetwork', ['eip155:1', 'ethereum', { minStake: 1n, sla: SLA }]);
  for (const provider of PROVIDERS) {
    await becomeProvider(chain, chain.deployment, provider, 10n);
    await send(provider, 'addService', [NETWORK, 'http://127.0.0.1:1', 1]);
  }
  // Far enough from the head to be read as a range.
  await chain.rpc('anvil_mine', '0x80');
  endpoints = createSettlementEndpoints({ rpcUrls: [node.url], clock });
});

afterEach(() => source?.stop());

afterAll(async () => {
  await endpoints?.close();
  await node?.die();
  await chain?.stop();
});

it('shows no set while an event is missing, and the whole set once the node tells all', async () => {
  let seen = 0;
  node.behave(
    leavesOutLogs(({ topics }) => {
      // The second service of each answer.
      if (topics[0] !== serviceAdded) return false;
      seen += 1;
      return seen % PROVIDERS.length === 2;
    }),
  );
  source = createChainSource({ endpoints, registry: chain.deployment.registry, pollIntervalMs: 20 });
  const started = source.start(new AbortController().signal);
  await expect
    .poll(() => source?.status().endpoints[0], WITHIN)
    .toMatchObject({ state: 'missingLogs', lastError: expect.stringContaining('service 2') });
  expect(source.current()).toBeUndefined();
  node.behave(honest);
  clock.skip(BACK_OFF_MS);
  await started;
  expect(source.current()?.providers.size).toBe(PROVIDERS.length);
});
