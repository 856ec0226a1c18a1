import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIGURES, type Measured } from './figures.ts';

const ROOT = join(import.meta.dirname, '../..');
export const SNAPSHOT_PATH = join(ROOT, 'gas-snapshot.json');
export const DOCS_PATH = join(ROOT, 'docs/contracts.md');

/** The committed figures. */
export async function readSnapshot(): Promise<Measured> {
  return JSON.parse(await readFile(SNAPSHOT_PATH, 'utf8')) as Measured;
}

/** Always in the same order, whatever the order of measuring. */
export function snapshotText({ transactions, functions, bytes }: Measured): string {
  const place = new Map(FIGURES.map(({ id }, index) => [id, index]));
  const sorted = Object.entries(transactions).sort(([a], [b]) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  const ordered = {
    transactions: Object.fromEntries(sorted),
    functions: byName(functions),
    bytes: byName(bytes),
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

function byName<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
