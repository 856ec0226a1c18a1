import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Hex } from '../registry/providerSet.ts';
import { commitmentOf, type Report, type ReportAuthor } from './report.ts';
import { CorruptReportError, createReportStore } from './reportStore.ts';
import { StateInUseError, StateUnusableError } from './stateFile.ts';

const author: ReportAuthor = {
  chainId: 31337,
  hub: '0x00000000000000000000000000000000000000aa',
  watcher: '0x00000000000000000000000000000000000000bb',
};

function report(epoch: number, fill = '22'): Report {
  const salt: Hex = `0x${fill.repeat(32)}`;
  const breach = {
    provider: '0x00000000000000000000000000000000000000cc',
    network: `0x${'11'.repeat(32)}`,
    offence: 4,
    samples: 20,
    successes: 0,
    p95LatencyMs: 0,
    p95BlockLag: 0,
    mismatches: 0,
  } as const;
  const chunks = [{ measurements: '0x0000000100140000000000000000', breaches: [breach] }] as const;
  return { epoch, salt, chunks, commitment: commitmentOf(author, epoch, salt, chunks) };
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'din-watcher-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a report comes back as it was stored, in its own directory, readable by its owner alone', () => {
  const nested = join(dir, 'not', 'yet', 'there');
  const store = createReportStore(nested, author);
  expect(store.save(report(3))).toEqual({ ...report(3), state: 'stored' });
  store.close();
  expect(statSync(nested).mode & 0o077).toBe(0);
  const again = createReportStore(nested, author);
  expect(again.get(3)).toEqual({ ...report(3), state: 'stored' });
  expect(again.get(4)).toBeUndefined();
  again.close();
});

test('the first report of an epoch stays: it may be committed to already', () => {
  const store = createReportStore(dir, author);
  store.save(report(3, '22'));
  expect(store.save(report(3, '33')).salt).toBe(report(3, '22').salt);
  store.close();
});

test('stored and committed reports are pending, oldest first; revealed ones as long as a reorg may take them', () => {
  const store = createReportStore(dir, author);
  for (const epoch of [5, 3, 4, 6]) store.save(report(epoch));
  store.setState(3, 'committed');
  store.setState(4, 'revealed');
  store.setState(6, 'missed');
  expect(store.pending(5)).toEqual([
    { epoch: 3, state: 'committed' },
    { epoch: 5, state: 'stored' },
  ]);
  expect(store.pending(4).map(({ epoch }) => epoch)).toEqual([3, 4, 5]);
  store.prune(5);
  expect([3, 4, 5].map((epoch) => store.get(epoch)?.epoch)).toEqual([undefined, undefined, 5]);
  store.close();
});

test('another watcher, hub or chain in the same directory sees its own reports only', () => {
  const store = createReportStore(dir, author);
  store.save(report(3));
  store.close();
  for (const change of [{ chainId: 1 }, { hub: author.watcher }, { watcher: author.hub }]) {
    const other = createReportStore(dir, { ...author, ...change });
    expect(other.get(3)).toBeUndefined();
    other.close();
  }
});

test('a second watcher on the same state is refused until the first has closed', () => {
  const store = createReportStore(dir, author);
  expect(() => createReportStore(dir, author)).toThrow(StateInUseError);
  store.close();
  createReportStore(dir, author).close();
});

test('a file that is no database is refused by name', () => {
  writeFileSync(join(dir, 'watcher.sqlite'), 'my shopping list\n'.repeat(100));
  expect(() => createReportStore(dir, author)).toThrow(StateUnusableError);
});

test('a report that does not open its commitment is refused when read', () => {
  const store = createReportStore(dir, author);
  store.save(report(3));
  store.close();
  const db = new DatabaseSync(join(dir, 'watcher.sqlite'));
  db.exec(`UPDATE reports SET salt = '${report(3, '44').salt}'`);
  db.close();
  const again = createReportStore(dir, author);
  expect(() => again.get(3)).toThrow(CorruptReportError);
  again.close();
});

test('what save has returned survives a SIGKILL of the process', async () => {
  const script = `
    import { createReportStore } from ${JSON.stringify(fileURLToPath(new URL('reportStore.ts', import.meta.url)))};
    const store = createReportStore(${JSON.stringify(dir)}, ${JSON.stringify(author)});
    store.save(${JSON.stringify(report(9))});
    process.kill(process.pid, 'SIGKILL');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
  const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  const store = createReportStore(dir, author);
  expect(store.pending(0)).toEqual([{ epoch: 9, state: 'stored' }]);
  expect(store.get(9)).toEqual({ ...report(9), state: 'stored' });
  store.close();
});
