import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Address } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { createTransactor } from '../router/chain/transact.ts';
import { nextFreePort } from '../scripts/devnet/freePort.ts';
import { claimDataDirectory } from '../scripts/indexer/dataDirectory.ts';
import { addressOf, type CliChain, keyOf, run, startCliChain } from './fixtures/cliChain.ts';
import { readChain } from './fixtures/ponderTruth.ts';

const GOVERNOR = 0;
const PROVIDER = 5;
/** Nobody's contract, but a registry may name it. */
const NEW_ESCROW = addressOf(30);
// A day and more: what governors change takes long.
const CHANGE_SECONDS = 200_000;
// More than Ponder waits before it takes a block for final.
const DEEP = 100;
// Starts take long on a loaded machine.
const PATIENCE_MS = 90_000;
const TEST_TIMEOUT_MS = 300_000;

let chain: CliChain;
let directory: string;
let port: number;
const started: ChildProcess[] = [];

beforeAll(async () => {
  chain = await startCliChain({ courtChangeSeconds: CHANGE_SECONDS });
  directory = await mkdtemp(join(tmpdir(), 'din-indexer-'));
  port = await nextFreePort(0);
});

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await chain?.stop();
  await rm(directory, { recursive: true, force: true });
});

const rpc = (method: string, ...params: unknown[]) =>
  chain.client.request<{ Parameters: unknown[]; ReturnType: unknown }>({ method, params });
const mine = (blocks: number) => rpc('anvil_mine', `0x${blocks.toString(16)}`);

async function ok(account: number, ...argv: string[]): Promise<void> {
  const { code, err } = await chain.din(account, argv);
  if (code !== 0) throw new Error(err);
}

interface Indexer {
  /** Resolves once its log has had that event so often. */
  said(event: string, times?: number): Promise<void>;
  log(): string;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

function startIndexer(): Indexer {
  const at = ['--rpc', chain.anvil.url, '--registry', chain.deployment.registry, '--poll-interval', '100'];
  const own = ['--port', String(port), '--data-dir', directory];
  const child = spawn(process.execPath, ['scripts/din.ts', 'indexer', ...at, ...own], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE_URL: undefined },
  });
  started.push(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const log = () => lines.join('\n');
  return {
    log,
    async said(event, times = 1) {
      const count = () => lines.filter((line) => line.includes(`"event":"${event}"`)).length;
      await expect
        .poll(count, { timeout: PATIENCE_MS, message: `${event}\n${log()}` })
        .toBeGreaterThanOrEqual(times);
    },
    async end(signal) {
      child.kill(signal);
      return await ended;
    },
  };
}

async function query<Data>(text: string): Promise<Data | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text }),
  }).catch(() => undefined);
  return ((await response?.json()) as { data?: Data } | undefined)?.data;
}

/** Waits until the index stands at the chain's head, and compares the events. */
async function expectCaughtUp(): Promise<void> {
  const { hash } = await chain.client.getBlock({ blockTag: 'latest' });
  const tip = async () =>
    (await query<{ tip: { hash: string } | null }>('{ tip(id: "tip") { hash } }'))?.tip?.hash;
  await expect.poll(tip, { timeout: PATIENCE_MS }).toBe(hash);
  const { events } = await readChain(chain.client, chain.deployment.registry);
  const answer = await query<{ registryEvents: { totalCount: number } }>('{ registryEvents { totalCount } }');
  expect(answer?.registryEvents.totalCount).toBe(events.length);
}

async function register(
  account: number,
  functionName: 'proposeEscrow' | 'applyEscrow',
  args: readonly Address[],
) {
  // Anew each time: one that knows its nonce would not survive that a test sets the chain back.
  const transactor = createTransactor({ client: chain.client, account: privateKeyToAccount(keyOf(account)) });
  const registry = { address: chain.deployment.registry, abi: providerRegistryAbi } as const;
  if (functionName === 'applyEscrow') await transactor.simulateAndSend({ ...registry, functionName });
  else await transactor.simulateAndSend({ ...registry, functionName, args: [args[0]!] });
}

/** In this process; ends by itself or not at all. */
const refused = (...argv: string[]) =>
  run(['indexer', '--rpc', chain.anvil.url, '--data-dir', directory, '--port', String(port), ...argv], {});

test('din indexer says what is wrong instead of starting', async () => {
  const registry = ['--registry', chain.deployment.registry];
  const saying = (code: number, text: string) => ({ code, err: expect.stringContaining(text) });
  expect(await refused()).toMatchObject(saying(2, 'Which deployment?'));
  expect(await refused(...registry, '--schema', 'ponder_sync')).toMatchObject(saying(2, '--schema'));
  expect(await refused(...registry, '--database-url', 'mysql://127.0.0.1')).toMatchObject(
    saying(2, 'postgres://'),
  );
  expect(await refused('--registry', chain.deployment.token)).toMatchObject(saying(1, 'NOT_A_REGISTRY'));

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  expect(await refused(...registry)).toMatchObject(saying(1, 'ADDRESS_TAKEN'));
  await new Promise((resolve) => other.close(resolve));

  const taken = await claimDataDirectory(directory);
  expect(await refused(...registry)).toMatchObject(saying(1, 'DATA_DIRECTORY'));
  taken.release();

  const nobody = `postgres://user:secret@127.0.0.1:${await nextFreePort(0)}/none`;
  const unreachable = await refused(...registry, '--database-url', nobody);
  expect(unreachable).toMatchObject(saying(1, 'DATABASE_UNREACHABLE'));
  expect(`${unreachable.out}${unreachable.err}`).not.toContain('secret');
});

test(
  'din indexer serves, ends when told, and goes on where it was',
  async () => {
    const first = startIndexer();
    await first.said('indexer_ready');
    await expectCaughtUp();
    expect(await first.end('SIGTERM')).toBe(0);
    expect(await query('{ tip(id: "tip") { hash } }')).toBeUndefined();
    await ok(PROVIDER, 'provider', 'register');
    const second = startIndexer();
    await expectCaughtUp();
    expect(await second.end('SIGINT')).toBe(0);
    expect(`${first.log()}${second.log()}`).not.toMatch(/"level":"(?:warn|error)"/);
  },
  TEST_TIMEOUT_MS,
);

test(
  'din indexer takes in what a registry names, and begins anew after a reorg of final blocks',
  async () => {
    const indexer = startIndexer();
    await expectCaughtUp();
    await register(GOVERNOR, 'proposeEscrow', [NEW_ESCROW]);
    await chain.passTime(CHANGE_SECONDS);
    await register(PROVIDER, 'applyEscrow', []);
    await indexer.said('indexer_contracts_named');
    await indexer.said('indexer_ready', 2);
    await expectCaughtUp();

    const before = await rpc('evm_snapshot');
    await mine(DEEP);
    await expectCaughtUp();
    await rpc('evm_revert', before);
    // A chain whose final block is older than before says the same as an endpoint that lags: that is waited for.
    await chain.passTime(CHANGE_SECONDS);
    await ok(PROVIDER, 'provider', 'set-metadata', 'of the other branch');
    await mine(DEEP + 10);
    await indexer.said('indexer_reorg_too_deep');
    await indexer.said('indexer_dropped_left_branch');
    await expectCaughtUp();

    // A launcher that is killed takes Ponder with it.
    await indexer.end('SIGKILL');
    await expect.poll(() => query('{ tip(id: "tip") { hash } }'), { timeout: PATIENCE_MS }).toBeUndefined();
  },
  TEST_TIMEOUT_MS,
);
