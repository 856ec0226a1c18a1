import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, encodeFunctionData, type LocalAccount, parseAbi, parseEther } from 'viem';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { main } from '../router/bin/gateway.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { networkIdOf } from '../router/chain/commitment.ts';
import { createTransactor } from '../router/chain/transact.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { type ProviderNode, startProviderNode } from '../scripts/devnet/providerNode.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { startRelay } from './fixtures/relay.ts';
import {
  devAccount,
  governor,
  SETTLEMENT_CHAIN_ID,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';

const CAIP2 = 'eip155:1337';
const NETWORK = networkIdOf(CAIP2);
const BOND = parseEther('1000');
const SLA = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 2_000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};
const TOKEN = parseAbi([
  'function mint(address to, uint256 amount)',
  'function approve(address, uint256) returns (bool)',
]);
const FIRST = devAccount(4);
const SECOND = devAccount(5);

let chain: SettlementChain;
let node: Anvil;
let endpoints: ProviderNode[];
let gateway: TestGateway | undefined;

const as = (account: LocalAccount) => createTransactor({ client: chain.client, account });
const registry = () => ({ address: chain.deployment.registry, abi: providerRegistryAbi }) as const;

async function offer(account: LocalAccount, url: string): Promise<void> {
  const sender = as(account);
  const owner = account.address;
  const token = { address: chain.deployment.token, abi: TOKEN } as const;
  const vault = { address: chain.deployment.vault, abi: stakeVaultAbi } as const;
  await sender.simulateAndSend({ ...token, functionName: 'mint', args: [owner, BOND] });
  await sender.simulateAndSend({ ...token, functionName: 'approve', args: [vault.address, BOND] });
  await sender.simulateAndSend({ ...vault, functionName: 'stake', args: [0, owner, BOND] });
  await sender.simulateAndSend({ ...registry(), functionName: 'register', args: [owner, '', 0n, '0x'] });
  await sender.simulateAndSend({ ...registry(), functionName: 'addService', args: [NETWORK, url, 1] });
}

/** The court's own power, without a case. */
async function jail(provider: Address, seconds: number): Promise<void> {
  const { court, registry: to } = chain.deployment;
  await chain.impersonate(court);
  const { timestamp } = await chain.client.getBlock();
  const args = [provider, Number(timestamp) + seconds] as const;
  const data = encodeFunctionData({ abi: providerRegistryAbi, functionName: 'jail', args });
  await chain.rpc('eth_sendTransaction', { from: court, to, data });
}

function settlement(rpc = chain.anvil.url, chainId = SETTLEMENT_CHAIN_ID) {
  return { chainId, rpc: [rpc], registry: chain.deployment.registry, pollIntervalMs: 100 };
}

async function start(): Promise<TestGateway> {
  gateway = await startTestGateway({
    settlement: settlement(),
    development: { allowPrivateEndpoints: true },
    heads: { pollIntervalMs: 100 },
  });
  return gateway;
}

const providers = async (of: TestGateway) => {
  const [network] = (await of.status()).networks;
  return network?.services.map(({ provider }) => provider).toSorted();
};

beforeAll(async () => {
  [chain, node] = await Promise.all([startSettlementChain(), startAnvil({ chainId: 1337 })]);
  endpoints = await Promise.all(
    [0, 1].map(() =>
      startProviderNode({ nodeUrl: node.url, port: 0, controlPort: 0, exit: () => undefined }),
    ),
  );
  await as(governor).simulateAndSend({
    ...registry(),
    functionName: 'addNetwork',
    args: [CAIP2, 'devnet', { minStake: BOND, sla: SLA }],
  });
  await offer(FIRST, endpoints[0]?.url ?? '');
  await offer(SECOND, endpoints[1]?.url ?? '');
});
afterAll(async () => {
  await Promise.all(endpoints.map((endpoint) => endpoint.close()));
  await Promise.all([chain.stop(), node.stop()]);
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

test('finds the network and its providers from chain events alone, and routes to them', async () => {
  const made = await start();
  await made.ready();
  expect(await providers(made)).toEqual([FIRST.address, SECOND.address].toSorted());
  for (const network of ['devnet', CAIP2, '1337']) {
    expect(await made.call(network, 'eth_chainId')).toMatchObject({ result: '0x539' });
  }
  const { settlement: shown } = await made.status();
  expect(shown).toMatchObject({ chainId: SETTLEMENT_CHAIN_ID, state: 'live', lastError: null });
  expect(shown?.block).toBe(Number(await chain.client.getBlockNumber()));
});

test('a paused provider leaves the routing, a resumed one returns', async () => {
  const made = await start();
  await made.ready();
  await as(FIRST).simulateAndSend({ ...registry(), functionName: 'pauseService', args: [NETWORK] });
  await expect.poll(() => providers(made)).toEqual([SECOND.address]);
  const first = createFaultSwitch(endpoints[0]?.controlUrl ?? '');
  const before = (await first.stats()).calls.eth_getBalance ?? 0;
  const params = [FIRST.address, 'latest'];
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => made.call('devnet', 'eth_getBalance', params)),
  );
  for (const answer of answers) expect(answer).toHaveProperty('result');
  expect((await first.stats()).calls.eth_getBalance ?? 0).toBe(before);
  await as(FIRST).simulateAndSend({ ...registry(), functionName: 'resumeService', args: [NETWORK] });
  await expect.poll(() => providers(made)).toHaveLength(2);
});

test('a jailed provider leaves the routing and returns when its time is over', async () => {
  const made = await start();
  await made.ready();
  await jail(SECOND.address, 3_600);
  await expect.poll(() => providers(made)).toEqual([FIRST.address]);
  await chain.rpc('evm_increaseTime', 3_601);
  await chain.rpc('evm_mine');
  await expect.poll(() => providers(made)).toHaveLength(2);
});

test('when the settlement chain is lost the last set keeps serving, and its age shows', async () => {
  const relay = await startRelay(chain.anvil.url);
  const made = await startTestGateway({
    settlement: settlement(relay.url),
    development: { allowPrivateEndpoints: true },
  });
  gateway = made;
  await made.ready();
  await relay.stop();
  await expect.poll(async () => (await made.status()).settlement?.state, { timeout: 20_000 }).toBe('stale');
  expect(await providers(made)).toHaveLength(2);
  expect(await made.call('devnet', 'eth_chainId')).toMatchObject({ result: '0x539' });
  expect(await made.readyz()).toMatchObject({ status: 200 });
  const { settlement: shown } = await made.status();
  expect(shown?.ageMs).toBeGreaterThan(0);
  expect(shown?.lastError).toEqual(expect.any(String));
});

test.each([
  ['another chain', 'WRONG_CHAIN', () => settlement(chain.anvil.url, 1)],
  ['no registry there', 'NOT_A_REGISTRY', () => ({ ...settlement(), registry: chain.deployment.token })],
])('the wrong settlement chain ends the gateway with a named error: %s', async (_, code, of) => {
  const made = await startTestGateway({ settlement: of() });
  gateway = made;
  await expect(made.done).rejects.toMatchObject({ code });
  await made.close();
  await expect(made.readyz()).rejects.toThrow();
});

test('main() runs a configuration file until the signal, and names what is wrong with one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'din-gateway-'));
  try {
    const configFile = join(directory, 'gateway.yaml');
    const lines: { event: string; url?: string }[] = [];
    const stop = new AbortController();
    const args = {
      configFile,
      environment: { REGISTRY: chain.deployment.registry },
      log: (line: string) => void lines.push(JSON.parse(line)),
      signal: stop.signal,
    };
    const text = [
      'listen: 127.0.0.1:0',
      'settlement:',
      `  chainId: ${SETTLEMENT_CHAIN_ID}`,
      `  rpc: [${chain.anvil.url}]`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: substituted by the gateway
      '  registry: ${REGISTRY}',
      'development: { allowPrivateEndpoints: true }',
    ].join('\n');

    await writeFile(configFile, text.replace('chainId', 'chianId'));
    await expect(main(args)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(
        `${configFile}:3:3 settlement.chianId: unknown key (did you mean chainId?)`,
      ),
    });

    await writeFile(configFile, text);
    const ended = main(args);
    await expect.poll(() => lines.find(({ event }) => event === 'gateway_listening')?.url).toBeDefined();
    const url = lines.find(({ event }) => event === 'gateway_listening')?.url;
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 20_000 }).toBe(200);
    stop.abort();
    await ended;
    await expect(fetch(`${url}/readyz`)).rejects.toThrow();
    expect(lines.at(-1)?.event).toBe('gateway_closed');
  } finally {
    await rm(directory, { recursive: true });
  }
});
