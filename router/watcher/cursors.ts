import type { DatabaseSync } from 'node:sqlite';
import type { Address } from '../registry/providerSet.ts';
import { openStateFile } from './stateFile.ts';

/** How far keepers have read, by court. What is lost is read again: it saves time, nothing else. */
export interface Cursors {
  /** Next settlement block in which to look for a court's offences; undefined before the first look. */
  cursor(court: Address): bigint | undefined;
  setCursor(court: Address, block: bigint): void;
}

export const CURSORS_SCHEMA =
  'CREATE TABLE IF NOT EXISTS court_cursors (court TEXT PRIMARY KEY, block TEXT NOT NULL) STRICT;';

/** In a database that has {@link CURSORS_SCHEMA}; one may serve several chains. */
export function createCursors(db: DatabaseSync, chainId: number): Cursors {
  const read = db.prepare('SELECT block FROM court_cursors WHERE court = ?');
  const write = db.prepare('INSERT OR REPLACE INTO court_cursors VALUES (?, ?)');
  const keyOf = (court: Address) => `${chainId}/${court}`.toLowerCase();
  return {
    cursor(court) {
      const row = read.get(keyOf(court));
      return row && BigInt(String(row.block));
    },
    setCursor: (court, block) => void write.run(keyOf(court), String(block)),
  };
}

/**
 * The state of a keeper that is no watcher, in `stateDir`, until closed.
 * @throws `StateInUseError`, `StateUnusableError`
 */
export function openCursors(stateDir: string, chainId: number): Cursors & { close(): void } {
  const db = openStateFile(stateDir, 'keeper.sqlite', CURSORS_SCHEMA);
  return { ...createCursors(db, chainId), close: () => db.close() };
}
