import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIGURES, type Snapshot } from './figures.ts';

const ROOT = join(import.meta.dirname, '../..');
export const SNAPSHOT_PATH = join(ROOT, 'gas-snapshot.json');
export const DOCS_PATH = join(ROOT, 'docs/contracts.md');

/** The committed figures. */
export async function readSnapshot(): Promise<Snapshot> {
  return JSON.parse(await readFile(SNAPSHOT_PATH, 'utf8')) as Snapshot;
}

/** In the table's order, whatever the order of measuring. */
export function snapshotText(measured: Snapshot): string {
  const place = new Map(FIGURES.map(({ id }, index) => [id, index]));
  const sorted = Object.entries(measured).sort(([a], [b]) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}
