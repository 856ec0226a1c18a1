import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { goalProblems, type Snapshot } from '../scripts/gas/figures.ts';
import { measureGas } from '../scripts/gas/measure.ts';
import { DOCS_PATH, readSnapshot } from '../scripts/gas/snapshot.ts';
import { gasTable, withTable } from '../scripts/gas/table.ts';

let measured: Snapshot;

beforeAll(async () => {
  measured = await measureGas();
});

test('every transaction costs what gas-snapshot.json says (else: npm run gas)', async () => {
  expect(measured).toEqual(await readSnapshot());
});

test('every goal is reached, or its miss explained', () => {
  expect(goalProblems(measured)).toEqual([]);
});

test('a missed goal without an explanation is a problem, and so is an explanation without need', () => {
  expect(goalProblems({ ...measured, 'hub.commit': 50_001 })).toEqual([
    'hub.commit costs 50001, more than its goal of 50000',
  ]);
  expect(goalProblems({ ...measured, 'hub.breachFirst': 12_000 })).toEqual([
    'hub.breachFirst reaches its goal: take its excuse away',
  ]);
});

test('the table in docs/contracts.md is the snapshot (else: npm run gas)', async () => {
  const page = await readFile(DOCS_PATH, 'utf8');
  expect(withTable(page, gasTable(await readSnapshot()))).toBe(page);
});
