import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runDin } from '../scripts/cli.ts';
import type { DevnetState } from '../scripts/devnet/devnetState.ts';

let stateDir: string;
let devnet: ChildProcess;
let state: DevnetState;
let said = '';

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'din-devnet-'));
  const args = ['scripts/din.ts', 'devnet', '--any-ports', '--state-dir', stateDir, '--json'];
  devnet = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  devnet.stderr?.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  let out = '';
  state = await new Promise<DevnetState>((resolve, reject) => {
    devnet.stdout?.on('data', (chunk: Buffer) => {
      out += String(chunk);
      if (out.endsWith('\n')) resolve(JSON.parse(out));
    });
    devnet.once('exit', (status) => reject(new Error(`devnet ended with status ${status}: ${out}${said}`)));
  });
});
afterAll(async () => {
  devnet.kill('SIGKILL');
  await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
});

async function ask(method: string): Promise<unknown> {
  const response = await request(state.gateway.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }),
  });
  return ((await response.body.json()) as { result?: unknown }).result;
}

/** Runs a `din devnet` command beside the network. */
async function din(...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runDin(['devnet', ...argv, '--state-dir', stateDir, '--json'], {
    env: {},
    stdout: (line) => out.push(line),
    stderr: (line) => err.push(line),
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('two chains, four providers, three watchers and a gateway run, each its own process', () => {
  const names = state.processes.map(({ name }) => name).sort();
  expect(names).toEqual([
    'gateway',
    ...['alpha', 'bravo', 'charlie', 'delta'].map((name) => `provider-${name}`),
    'served',
    'settlement',
    ...['watcher-1', 'watcher-2', 'watcher-3'],
  ]);
  expect(new Set(state.processes.map(({ pid }) => pid)).size).toBe(names.length);
  expect(state.processes.every(({ pid }) => alive(pid))).toBe(true);
});

test('users are answered, also while a provider fails on command', async () => {
  expect(await ask('eth_chainId')).toBe('0x539');
  expect((await din('fault', 'alpha', 'status500')).status).toBe(0);
  expect((await din('fault', 'bravo', 'html')).status).toBe(0);
  for (let call = 0; call < 20; call += 1) expect(await ask('eth_chainId')).toBe('0x539');
});

test('a provider that was told to die comes back healed', async () => {
  const { pid } = state.processes.find(({ name }) => name === 'provider-charlie') ?? { pid: 0 };
  expect((await din('fault', 'charlie', 'die')).status).toBe(0);
  await vi.waitFor(() => expect(alive(pid)).toBe(false));
  expect(await ask('eth_chainId')).toBe('0x539');
  const healed = await din('fault', 'charlie', 'none');
  expect(JSON.parse(healed.out)).toEqual({ ok: true, provider: 'charlie', fault: { mode: 'none' } });
});

test('an unknown provider or fault is refused with the names there are', async () => {
  for (const stranger of ['zulu', '1', 'a/b %']) {
    const provider = await din('fault', stranger, 'hang');
    expect([provider.status, provider.err]).toEqual([
      1,
      expect.stringContaining(`no provider ${stranger}; there are alpha, bravo, charlie, delta`),
    ]);
  }
  const mode = await din('fault', 'alpha', 'explode');
  expect([mode.status, mode.err]).toEqual([1, expect.stringContaining('UNKNOWN_FAULT')]);
});

test('a second network on the same state is refused and leaves the first alone', async () => {
  const second = await din('--any-ports');
  expect([second.status, second.err]).toEqual([1, expect.stringContaining('DEVNET_RUNNING')]);
  expect(await ask('eth_chainId')).toBe('0x539');
});

test('Ctrl-C ends every process, and says so', async () => {
  const ended = new Promise<number | null>((resolve) => devnet.once('exit', resolve));
  devnet.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(said).toContain('nothing is left running');
  await vi.waitFor(() => expect(state.processes.filter(({ pid }) => alive(pid))).toEqual([]));
});
