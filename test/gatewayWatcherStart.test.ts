import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { createGatewayWatcher, type GatewayWatcher } from '../router/bin/gatewayWatcher.ts';
import { checkConfig } from '../router/config/load.ts';
import type { GatewayConfigInput } from '../router/config/schema.ts';
import { systemClock } from '../router/core/clock.ts';
import { ms } from '../router/core/units.ts';
import { createLogger } from '../router/observability/logger.ts';
import { createUpstreamClient } from '../router/upstream/upstreamClient.ts';
import { createHandSource } from './fixtures/handSource.ts';

const KEY = `0x${'11'.repeat(32)}`;
let servers: Server[] = [];
let watcher: GatewayWatcher | undefined;
afterEach(async () => {
  await watcher?.stop();
  for (const server of servers) server.close();
  servers = [];
});

/** One that takes connections and never says a word; and how many came. */
async function silentNode(): Promise<{ readonly url: string; readonly taken: () => number }> {
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    socket.on('error', () => undefined);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, taken: () => taken };
}

async function start(
  rpc: string,
  key: object,
): Promise<{ readonly made: GatewayWatcher; readonly log: string[] }> {
  const config = await checkConfig({
    settlement: { chainId: 1, rpc: [rpc], registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3' },
    watcher: { enabled: true, stateDir: join(tmpdir(), 'din-never-made'), ...key },
  } as GatewayConfigInput);
  if (!config.watcher || !config.settlement) throw new Error('both are written above');
  const log: string[] = [];
  const made = createGatewayWatcher({
    ...{ config: config.watcher, settlement: config.settlement, allowPrivateEndpoints: true },
    references: new Map(),
    source: createHandSource(1337, 'devnet'),
    upstream: createUpstreamClient({ clock: systemClock, maxResponseBytes: 1_000 }),
    logger: createLogger({ level: 'debug', destination: { write: (line) => void log.push(line) } }),
  });
  made.start();
  watcher = made;
  return { made, log };
}

test('one that waits for a hung endpoint can be stopped at once', async () => {
  const node = await silentNode();
  const { made } = await start(node.url, { privateKey: KEY });
  await vi.waitUntil(() => node.taken() > 0);
  expect(made.state()).toMatchObject({ state: 'starting', reason: undefined });
  const service = { key: 'k', url: 'u' };
  const observation = { startedAt: ms(0), endedAt: ms(1), latencyMs: ms(1), head: undefined } as const;
  made.observe([{ service, observations: [{ ...observation, outcome: 'ok' }] }]);
  await made.stop();
  expect(made.state()).toMatchObject({ state: 'stopped', reason: undefined });
});

test('what keeps it from starting is said once, without a URL or a secret, and tried again', async () => {
  const { made, log } = await start('http://127.0.0.1:1/secret', { privateKey: KEY });
  await vi.waitUntil(() => made.state().reason !== undefined, { timeout: 20_000 });
  expect(made.state()).toMatchObject({ state: 'waiting', reason: 'SETTLEMENT_ENDPOINT' });
  expect(made.state().address).toMatch(/^0x/);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('watcher_unable');
  expect(log[0]).not.toMatch(/secret|1111/);
});

test('one without its key waits too', async () => {
  const key = { keystore: '/nowhere/key.json', passwordFile: '/nowhere/password' };
  const { made } = await start('http://127.0.0.1:1', key);
  await expect.poll(() => made.state().reason, { timeout: 20_000 }).toBe('NO_PASSWORD');
  expect(made.state()).toMatchObject({ state: 'waiting', address: undefined });
});
