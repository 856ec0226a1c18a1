import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../router/core/clock.ts';
import { openCheckpoint } from '../router/indexer/checkpoint/openCheckpoint.ts';
import { plainAtBlock as plain } from '../router/registry/naiveFold.fixture.ts';
import type { ProviderSet } from '../router/registry/providerSet.ts';
import { IDENTITY, setAt } from './fixtures/checkpointWriter.ts';

const WRITER = fileURLToPath(new URL('fixtures/checkpointWriter.ts', import.meta.url));
// Kills at other moments each time; many, as each may miss the moment that matters.
const KILLS = 12;

interface Line {
  readonly opening?: true;
  readonly loaded?: number;
  readonly saved?: number;
  readonly event?: string;
  readonly reason?: string;
}

let dir: string;
let path: string;
const logged: Line[] = [];
const running = new Set<() => Promise<void>>();

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'din-checkpoint-'));
  path = join(dir, 'checkpoint.sqlite');
  logged.length = 0;
});
afterEach(async () => {
  await Promise.all(Array.from(running, (kill) => kill()));
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true, force: true });
});

/** Starts a command that becomes a writer. */
function start(command: string, args: readonly string[], options: { uid?: number; gid?: number } = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  const ended = once(child, 'close');
  const lines: Line[] = [];
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => lines.push(JSON.parse(line)));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
    running.delete(kill);
  };
  running.add(kill);
  return {
    lines,
    kill,
    ended,
    async until(reached: () => boolean) {
      while (!reached()) await Promise.race([once(reader, 'line'), ended.then(failEarly)]);
    },
  };
}

function failEarly(): never {
  throw new Error('the writer ended before it told what was waited for');
}

const startWriter = (...counts: number[]) => start(process.execPath, [WRITER, path, ...counts.map(String)]);

const lastSaved = (lines: readonly Line[]) => lines.findLast(({ saved }) => saved !== undefined)?.saved ?? 0;

function open() {
  const log = (values: object, event: string) => void logged.push({ event, ...values });
  const logger = { info: log, warn: log, error: log };
  return openCheckpoint({ path, identity: IDENTITY, logger, clock: systemClock });
}

function reload(): ProviderSet | undefined {
  const checkpoint = open();
  const set = checkpoint.load();
  checkpoint.close();
  return set;
}

/** Not a wait for anything: makes the moment that follows another one each time. */
function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('a process killed at any moment leaves one of the sets it saved, none older than the last it told of', async () => {
  for (let round = 0; round < KILLS; round++) {
    const writer = startWriter();
    await writer.until(() => writer.lines.filter(({ saved }) => saved !== undefined).length > round % 3);
    spin(round);
    await writer.kill();
    const loaded = reload()!;
    const block = Number(loaded.block.number);
    expect(block).toBeGreaterThanOrEqual(lastSaved(writer.lines));
    expect(plain(loaded)).toEqual(plain(setAt(block)));
    expect([...logged, ...writer.lines.filter(({ event }) => event !== undefined)]).toEqual([]);
  }
});

test('a process killed while it makes the first checkpoint leaves a whole one or none', async () => {
  const whole = startWriter();
  await whole.until(() => whole.lines.length > 0);
  const begun = performance.now();
  await whole.until(() => lastSaved(whole.lines) > 0);
  const span = performance.now() - begun;
  await whole.kill();
  for (let round = 0; round < KILLS; round++) {
    for (const name of readdirSync(dir)) rmSync(join(dir, name));
    const writer = startWriter();
    await writer.until(() => writer.lines.length > 0);
    // Up to a little after the save.
    spin((1.3 * span * round) / KILLS);
    await writer.kill();
    const loaded = reload();
    if (loaded !== undefined) expect(plain(loaded)).toEqual(plain(setAt(Number(loaded.block.number))));
    // Whatever it was, the next one goes on from there.
    const next = open();
    next.save(setAt(100));
    next.close();
    expect(plain(reload()!)).toEqual(plain(setAt(100)));
  }
});

test('of two processes the second runs without, and takes over when the first is gone', async () => {
  const first = startWriter();
  await first.until(() => lastSaved(first.lines) > 0);
  const second = open();
  expect(second.load()).toBeUndefined();
  second.save(setAt(1));
  second.save(setAt(1));
  expect(logged).toMatchObject([{ event: 'checkpoint_unavailable', reason: 'in use by another process' }]);
  const before = lastSaved(first.lines);
  await first.until(() => lastSaved(first.lines) > before + 1);
  await first.kill();
  second.save(setAt(2));
  second.close();
  expect(logged.at(-1)).toMatchObject({ event: 'checkpoint_available' });
  expect(plain(reload()!)).toEqual(plain(setAt(2)));
});

test('a disk that takes no more keeps the last set that it took, and takes the next that fits', async () => {
  // A limit on the size of each file stands in for the disk's: the writes themselves fail.
  const limited = 'trap "" XFSZ; ulimit -f 2000; exec "$0" "$@"';
  const counts = [10, 50_000, 50_000, 20];
  const writer = start('sh', ['-c', limited, process.execPath, WRITER, path, ...counts.map(String)]);
  await writer.ended;
  expect(writer.lines.filter(({ event }) => event !== undefined)).toMatchObject([
    { event: 'checkpoint_unavailable', reason: 'disk error' },
    { event: 'checkpoint_available' },
  ]);
  expect(plain(reload()!)).toEqual(plain(setAt(4, 20)));
});

test('without rights to the file or its folder the router runs without, and nothing is touched', async () => {
  const checkpoint = open();
  checkpoint.save(setAt(1));
  checkpoint.close();
  const bytes = readFileSync(path);
  // Rights do not bind root: the writer is nobody then.
  const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  for (const [folder, lock] of [
    [0o555, 0o444],
    [0o777, 0o666],
  ] as const) {
    chmodSync(path, 0o444);
    chmodSync(`${path}.lock`, lock);
    chmodSync(dir, folder);
    const writer = start(process.execPath, [WRITER, path, '3'], as);
    await writer.ended;
    expect(writer.lines.slice(1)).toEqual([
      { event: 'checkpoint_unavailable', path, reason: 'EACCES' },
      { loaded: 0 },
      { saved: 1 },
    ]);
    expect(readFileSync(path)).toEqual(bytes);
  }
});
