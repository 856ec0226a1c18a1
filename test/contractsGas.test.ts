import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { goalProblems, MAX_CODE_BYTES, type Measured } from '../scripts/gas/figures.ts';
import { hardhatStats } from '../scripts/gas/hardhatStats.ts';
import { measureTransactions } from '../scripts/gas/measure.ts';
import { DOCS_PATH, readSnapshot } from '../scripts/gas/snapshot.ts';
import { gasTable, withTable } from '../scripts/gas/table.ts';

let measured: Measured;

beforeAll(async () => {
  // Hardhat first: it compiles what has changed.
  const stats = await hardhatStats();
  measured = { transactions: await measureTransactions(), ...stats };
}, 180_000);

test('every transaction costs what gas-snapshot.json says (else: npm run gas)', async () => {
  expect(measured.transactions).toEqual((await readSnapshot()).transactions);
});

test('every function costs what gas-snapshot.json says (else: npm run gas)', async () => {
  expect(measured.functions).toEqual((await readSnapshot()).functions);
});

test('every contract has the size in gas-snapshot.json, with room below the limit', async () => {
  expect(measured.bytes).toEqual((await readSnapshot()).bytes);
  expect(Math.max(...Object.values(measured.bytes))).toBeLessThan(MAX_CODE_BYTES - 1_000);
});

test('every goal is reached, or its miss explained', () => {
  expect(goalProblems(measured.transactions)).toEqual([]);
});

test('a missed goal without an explanation is a problem, and so is an explanation without need', () => {
  expect(goalProblems({ ...measured.transactions, 'hub.commit': 50_001 })).toEqual([
    'hub.commit costs 50001, more than its goal of 50000',
  ]);
  expect(goalProblems({ ...measured.transactions, 'hub.breachFirst': 12_000 })).toEqual([
    'hub.breachFirst reaches its goal: take its excuse away',
  ]);
});

test('the tables in docs/contracts.md are the snapshot (else: npm run gas)', async () => {
  const page = await readFile(DOCS_PATH, 'utf8');
  expect(withTable(page, gasTable(await readSnapshot()))).toBe(page);
});
