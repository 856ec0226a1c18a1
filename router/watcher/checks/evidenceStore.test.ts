import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { UnixSeconds } from '../../core/units.ts';
import type { Evidence } from './evidence.ts';
import { createEvidenceStore } from './evidenceStore.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'din-evidence-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const evidence = (epoch: number, serviceId: number): Evidence => ({
  ...{ epoch, at: 1 as UnixSeconds, provider: '0x01', network: 'eip155:1', serviceId },
  ...{ method: 'eth_getBalance', params: '[]', answer: '"0x1"', fault: {}, anchor: {}, truth: {} },
});

test('each wrong answer is a file of its own, of one service and epoch not without end', async () => {
  const store = createEvidenceStore(dir);
  await Promise.all(Array.from({ length: 9 }, () => store.save(evidence(7, 1))));
  await store.save(evidence(7, 12));
  const files = (await readdir(join(dir, 'evidence'))).sort();
  expect(files).toEqual(
    [1, 2, 3, 4].map((count) => `0000000007-1-${count}.json`).concat('0000000007-12-1.json'),
  );
  expect(JSON.parse(await readFile(join(dir, 'evidence', files[0]!), 'utf8'))).toEqual(evidence(7, 1));
});

test('the oldest files make room for new ones', async () => {
  const store = createEvidenceStore(dir);
  for (let epoch = 0; epoch < 520; epoch++) await store.save(evidence(epoch, 1));
  const files = (await readdir(join(dir, 'evidence'))).sort();
  expect(files).toHaveLength(512);
  expect(files[0]).toBe('0000000008-1-1.json');
});

test('what cannot be written is told, and the next is tried', async () => {
  const store = createEvidenceStore(join(dir, 'gone\0'));
  await expect(store.save(evidence(1, 1))).rejects.toThrow();
  await expect(store.save(evidence(1, 1))).rejects.toThrow();
});
