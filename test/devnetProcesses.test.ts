import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  createPortAllocator,
  nextFreePort,
  PortTakenError,
  requireFreePort,
} from '../scripts/devnet/freePort.ts';
import {
  createProcesses,
  ProcessEndedError,
  type Processes,
  ProcessNotReadyError,
} from '../scripts/devnet/processes.ts';

const FOREVER = 'setInterval(() => {}, 1000)';
const DEAF = `process.on('SIGTERM', () => {}); console.log('deaf'); ${FOREVER}`;

let logDir: string;
let processes: Processes;
let unexpected: ProcessEndedError[];

beforeEach(async () => {
  logDir = await mkdtemp(join(tmpdir(), 'din-processes-'));
  unexpected = [];
  processes = createProcesses({ logDir, onUnexpectedEnd: (ended) => unexpected.push(ended) });
});
afterEach(async () => {
  await processes.stopAll();
  await rm(logDir, { recursive: true });
});

const start = (name: string, code: string) =>
  processes.start({ name, command: process.execPath, args: ['-e', code] });

/** An orphan that has ended may stay a zombie where nobody collects it: that is not alive. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/stat') || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a child that ends by itself is named with its reason and the end of its log', async () => {
  const child = start('unlucky', 'console.error("no luck today"); process.exit(3)');
  await child.ended;
  expect(child.running()).toBe(false);
  expect(unexpected).toHaveLength(1);
  expect(unexpected[0]).toMatchObject({ code: 'PROCESS_ENDED', processName: 'unlucky' });
  expect(unexpected[0]?.message).toContain('exit status 3');
  expect(unexpected[0]?.message).toContain('no luck today');
});

test('a child that is ended on purpose is not reported', async () => {
  const child = start('obedient', FOREVER);
  await child.end('SIGKILL');
  expect(alive(child.pid)).toBe(false);
  expect(unexpected).toEqual([]);
});

test('stopAll ends every child, also one that does not listen to SIGTERM', async () => {
  const children = [start('obedient', FOREVER), start('deaf', DEAF)];
  await vi.waitFor(async () => expect(await readFile(join(logDir, 'deaf.log'), 'utf8')).toContain('deaf'));
  await processes.stopAll();
  expect(children.map((child) => alive(child.pid))).toEqual([false, false]);
  expect(unexpected).toEqual([]);
});

test('waiting for a child fails at once when it ends, with the end of its log', async () => {
  const child = start('short', 'console.log("last words")');
  await expect(child.ready(async () => undefined, 60_000)).rejects.toThrow(ProcessEndedError);
});

test('waiting for a child ends after the time given', async () => {
  const child = start('idle', FOREVER);
  await expect(child.ready(() => Promise.reject(new Error('not yet')), 100)).rejects.toThrow(
    ProcessNotReadyError,
  );
});

test('a parent that is killed with SIGKILL leaves no child, not even one that ignores signals', async () => {
  const script = `
    import { createProcesses } from ${JSON.stringify(new URL('../scripts/devnet/processes.ts', import.meta.url).href)};
    const processes = createProcesses({ logDir: ${JSON.stringify(logDir)}, onUnexpectedEnd() {} });
    for (const name of ['orphan-1', 'orphan-2']) {
      const child = processes.start({ name, command: process.execPath, args: ['-e', ${JSON.stringify(DEAF)}] });
      console.log(child.pid);
    }
    ${FOREVER};`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pids: number[] = [];
  for await (const line of createInterface({ input: parent.stdout })) {
    if (pids.push(Number(line)) === 2) break;
  }
  for (const name of ['orphan-1', 'orphan-2']) {
    await vi.waitFor(async () =>
      expect(await readFile(join(logDir, `${name}.log`), 'utf8')).toContain('deaf'),
    );
  }
  expect(pids.map(alive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map(alive)).toEqual([false, false]), { timeout: 5000 });
});

test('a taken port is refused where it was asked for, and passed over where it was only preferred', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  try {
    await expect(requireFreePort(port)).rejects.toThrow(PortTakenError);
    expect(await nextFreePort(port)).toBeGreaterThan(port);
  } finally {
    other.close();
  }
});

test('one network never gets the same port twice', async () => {
  const allocate = createPortAllocator();
  const preferred = await nextFreePort(0);
  const ports = await Promise.all([preferred, preferred, preferred, 0].map((port) => allocate(port)));
  expect(new Set(ports).size).toBe(4);
});
