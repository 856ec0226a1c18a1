import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { LocalAccount } from 'viem';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { main } from '../router/bin/gateway.ts';
import { checkpointPath } from '../router/indexer/checkpoint/checkpointPath.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { type GatewayWorld, startGatewayWorld } from './fixtures/gatewayWorld.ts';
import { startRelay } from './fixtures/relay.ts';
import { SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';

const CAIP2 = 'eip155:1337';

let world: GatewayWorld;
let gateway: TestGateway | undefined;

function settlement(rpc = world.chain.anvil.url, chainId = SETTLEMENT_CHAIN_ID) {
  return { chainId, rpc: [rpc], registry: world.chain.deployment.registry, pollIntervalMs: 100 };
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
  world = await startGatewayWorld();
});
afterAll(() => world.stop());
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

test('finds the network and its providers from chain events alone, and routes to them', async () => {
  const made = await start();
  await made.ready();
  expect(await providers(made)).toEqual(world.providers.map(({ address }) => address).toSorted());
  for (const network of ['devnet', CAIP2, '1337']) {
    expect(await made.call(network, 'eth_chainId')).toMatchObject({ result: '0x539' });
  }
  const { settlement: shown } = await made.status();
  expect(shown).toMatchObject({ chainId: SETTLEMENT_CHAIN_ID, state: 'live', lastError: null });
  expect(shown?.block).toBe(Number(await world.chain.client.getBlockNumber()));
});

test('a paused provider leaves the routing, a resumed one returns', async () => {
  const made = await start();
  await made.ready();
  const [paused, other] = world.providers as [LocalAccount, LocalAccount];
  await world.turn(paused, 'pauseService');
  await expect.poll(() => providers(made)).toEqual([other.address]);
  const first = createFaultSwitch(world.endpoints[0]?.controlUrl ?? '');
  const before = (await first.stats()).calls.eth_getBalance ?? 0;
  const params = [paused.address, 'latest'];
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => made.call('devnet', 'eth_getBalance', params)),
  );
  for (const answer of answers) expect(answer).toHaveProperty('result');
  expect((await first.stats()).calls.eth_getBalance ?? 0).toBe(before);
  await world.turn(paused, 'resumeService');
  await expect.poll(() => providers(made)).toHaveLength(2);
});

test('a jailed provider leaves the routing and returns when its time is over', async () => {
  const made = await start();
  await made.ready();
  const [free, jailed] = world.providers as [LocalAccount, LocalAccount];
  await world.jail(jailed.address, 3_600);
  await expect.poll(() => providers(made)).toEqual([free.address]);
  await world.chain.rpc('evm_increaseTime', 3_601);
  await world.chain.rpc('evm_mine');
  await expect.poll(() => providers(made)).toHaveLength(2);
});

test('when the settlement chain is lost the last set keeps serving, and its age shows', async () => {
  const relay = await startRelay(world.chain.anvil.url);
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
  ['another chain', 'WRONG_CHAIN', () => settlement(world.chain.anvil.url, 1)],
  [
    'no registry there',
    'NOT_A_REGISTRY',
    () => ({ ...settlement(), registry: world.chain.deployment.token }),
  ],
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
      environment: { REGISTRY: world.chain.deployment.registry, XDG_STATE_HOME: directory },
      log: (line: string) => void lines.push(JSON.parse(line)),
      signal: stop.signal,
    };
    const text = [
      'listen: 127.0.0.1:0',
      'settlement:',
      `  chainId: ${SETTLEMENT_CHAIN_ID}`,
      `  rpc: [${world.chain.anvil.url}]`,
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
    // Where the user's state belongs, as the file says nothing else.
    const checkpoint = checkpointPath(join(directory, 'din'), {
      chainId: SETTLEMENT_CHAIN_ID,
      registry: world.chain.deployment.registry,
    });
    expect(await readdir(join(directory, 'din'))).toContain(basename(checkpoint));
  } finally {
    await rm(directory, { recursive: true });
  }
});
