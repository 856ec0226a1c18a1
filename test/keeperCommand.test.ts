import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseEther, toHex } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type RunningKeeper, startKeeper } from '../router/bin/keeper.ts';
import { devAccount } from '../scripts/devnet/devAccounts.ts';
import { errorCode, run } from './fixtures/cliChain.ts';
import {
  EVERYTHING,
  type KeeperWorld,
  type Logged,
  PROVIDERS,
  startKeeperWorld,
} from './fixtures/keeperWorld.ts';
import { type Relay, startRelay } from './fixtures/relay.ts';

const LAUNCHER = join(import.meta.dirname, '../scripts/din.js');
const PATIENCE = { timeout: 60_000, interval: 50 };
const WINDOW_SECONDS = 2_000;
const VETO_SECONDS = 600;
const [A, B] = [20, 21] as const;
const OUTAGE = [{ provider: PROVIDERS[0], offence: 'outage' }] as const;

let world: KeeperWorld;
let snapshot: unknown;
const relays: Relay[] = [];
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  world = await startKeeperWorld({
    // Keepers look ten times an epoch.
    epochSeconds: 2,
    commitSeconds: WINDOW_SECONDS,
    revealSeconds: WINDOW_SECONDS,
    evidenceSeconds: WINDOW_SECONDS,
    vetoSeconds: VETO_SECONDS,
    appealSeconds: VETO_SECONDS,
    pauseSeconds: VETO_SECONDS,
    escrowThawSeconds: 10 * WINDOW_SECONDS,
    thawSeconds: 10 * WINDOW_SECONDS,
    courtChangeSeconds: 20 * WINDOW_SECONDS,
  });
}, 120_000);
beforeEach(async () => {
  snapshot = await world.anvil('evm_snapshot');
});
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
  await world.anvil('evm_revert', snapshot);
});
afterAll(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await world?.stop();
});

const stateDir = (name: string) => join(world.dir, `command-${name}`);
const environment = (account: number, rpcUrl = world.settlement.url) => ({
  DIN_PRIVATE_KEY: devAccount(account).privateKey,
  DIN_RPC_URL: rpcUrl,
  DIN_REGISTRY: world.deployment.registry,
});
const keeper = (env: Record<string, string>, ...argv: string[]) => run(['keeper', ...argv], env);

test('--once says what it did and what waits, --dry-run what it would do', async () => {
  const [key] = await world.attest(OUTAGE);
  const at = ['--state-dir', stateDir('once'), '--json'];
  const dry = (await keeper(environment(A), ...at, '--dry-run')).json();
  const { provider } = key!;
  const about = { provider, network: 'devnet', offence: 'outage', epoch: String(key!.epoch) };
  expect(dry).toMatchObject({ ok: true, dryRun: true, acts: [{ act: 'open', ...about, transaction: null }] });
  expect(await world.nonce(A)).toBe(0);

  const once = await keeper(environment(A), ...at, '--once');
  expect(once).toMatchObject({ code: 0, err: '' });
  const [{ id, transaction }] = once.json().acts as [{ id: string; transaction: `0x${string}` }];
  expect(await world.opened()).toEqual([id]);
  expect((await world.client.getTransactionReceipt({ hash: transaction })).from).toBe(
    devAccount(A).address.toLowerCase(),
  );
  const waits = (await keeper(environment(A), ...at, '--once')).json();
  expect(waits).toMatchObject({ acts: [], waiting: [{ id, ...about, dueAt: expect.any(Number) }] });
  const people = await keeper(environment(A), '--state-dir', stateDir('once'), '--once');
  expect(people.out).toMatch(/^nothing is due\n1 pending cases wait, the next one until \d{4}-/);

  await world.passTime(VETO_SECONDS);
  const executed = await keeper(environment(A), '--state-dir', stateDir('once'), '--once');
  expect(executed.out).toMatch(/^ACT +PROVIDER .*\nexecute +0x\S+ +devnet +outage +\d+ +0x\S{64} +0x\S{64}$/);
  expect(await world.executed()).toEqual([id]);
});

test('who cannot keep is told why before anything is sent', async () => {
  const poor = generatePrivateKey();
  const at = ['--once', '--json', '--state-dir', stateDir('refused')];
  const refused = async (env: Record<string, string>, ...argv: string[]) =>
    errorCode(await keeper({ ...environment(B), ...env }, ...at, ...argv));
  expect(await refused({ DIN_PRIVATE_KEY: poor })).toBe('INSUFFICIENT_GAS_FUNDS');
  expect(await refused({ DIN_REGISTRY: privateKeyToAddress(poor) })).toBe('NOT_A_REGISTRY');
  expect(await refused({ DIN_REGISTRY: world.deployment.vault })).toBe('NOT_A_REGISTRY');
  expect(await refused({ DIN_RPC_URL: 'http://127.0.0.1:9' })).toBe('SETTLEMENT_UNREACHABLE');
  expect(errorCode(await run(['keeper', '--once', '--json'], environment(B)))).toBe('USAGE');
  const other = await start(B, stateDir('refused'));
  expect(await refused({})).toBe('STATE_IN_USE');
  await other.stop();
  // Not enough for one transaction: seen only when it is sent.
  await world.attest(OUTAGE);
  await world.anvil('anvil_setBalance', privateKeyToAddress(poor), toHex(1n));
  expect(await refused({ DIN_PRIVATE_KEY: poor })).toBe('KEEPER_FAILED');
  await world.anvil('anvil_setBalance', privateKeyToAddress(poor), toHex(parseEther('1')));
  expect(await refused({ DIN_PRIVATE_KEY: poor })).toBeUndefined();
});

async function start(account: number, dir: string, rpcUrl = world.settlement.url) {
  const log: Logged[] = [];
  const note = (level: Logged['level']) => (fields: object, event: string) =>
    void log.push({ level, event, fields });
  const running: RunningKeeper = await startKeeper({
    ...{ rpcUrls: [rpcUrl], registry: world.deployment.registry, stateDir: dir },
    account: world.account(account),
    logger: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
  });
  ends.push(running.stop);
  return { ...running, log, logged: (event: string) => log.filter((one) => one.event === event).length };
}

test('a keeper outlives its endpoint, says so once, and goes on where it was', async () => {
  let isDown = false;
  const relay = await startRelay(world.settlement.url, () => (isDown ? 'drop' : 'pass'));
  relays.push(relay);
  const running = await start(A, stateDir('outage'), relay.url);
  await expect.poll(() => running.logged('court_kept'), PATIENCE).toBe(1);
  isDown = true;
  await expect.poll(() => running.logged('settlement_unreachable'), PATIENCE).toBe(1);
  await world.attest(OUTAGE);
  isDown = false;
  await expect.poll(() => running.logged('case_opened'), PATIENCE).toBe(1);
  expect(await world.opened()).toHaveLength(1);
  await running.stop();
  const complaints = running.log.filter(({ level }) => level === 'error').map(({ event }) => event);
  expect(complaints).toEqual(['settlement_unreachable']);
  expect(running.logged('settlement_back')).toBe(1);
});

/** `din keeper` as people run it. */
function startProcess(account: number, dir: string, rpcUrl?: string) {
  const child = spawn(process.execPath, [LAUNCHER, 'keeper', '--state-dir', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment(account, rpcUrl) },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  ends.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
  const log = () =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { level: string; event: string; caseId?: string });
  return { child, ended, log };
}

test('two processes and ten cases, one of them killed in the middle: each opened once, executed once, no error', async () => {
  // Its endpoint swallows the third transaction: it is killed in the middle of sending it.
  const reached = Promise.withResolvers<void>();
  let sent = 0;
  const trap = await startRelay(world.settlement.url, (body) => {
    if (!body.includes('eth_sendRawTransaction')) return 'pass';
    sent += 1;
    if (sent >= 3) reached.resolve();
    return sent >= 3 ? 'hold' : 'pass';
  });
  relays.push(trap);
  await world.attest(EVERYTHING);
  const killed = startProcess(A, stateDir('killed'), trap.url);
  await reached.promise;
  killed.child.kill('SIGKILL');
  await killed.ended;
  const other = startProcess(B, stateDir('other'));
  const again = startProcess(A, stateDir('killed'));
  await vi.waitUntil(async () => (await world.opened()).length === EVERYTHING.length, PATIENCE);
  await vi.waitUntil(() => again.log().some(({ event }) => event === 'court_kept'), PATIENCE);
  await world.passTime(VETO_SECONDS);
  await vi.waitUntil(async () => (await world.executed()).length === EVERYTHING.length, PATIENCE);
  for (const { child } of [other, again]) child.kill('SIGTERM');
  expect(await Promise.all([other.ended, again.ended])).toEqual([0, 0]);

  const cases = new Set(await world.opened());
  expect(cases.size).toBe(EVERYTHING.length);
  expect(new Set(await world.executed())).toEqual(cases);
  const lines = [killed, other, again].flatMap(({ log }) => log());
  expect(lines.filter(({ level, event }) => level === 'error' || event === 'keeper_failed')).toEqual([]);
  const told = (event: string) => lines.filter((line) => line.event === event).map(({ caseId }) => caseId);
  expect(told('case_executed').toSorted()).toEqual([...cases].toSorted());
});
