import type { DatabaseSync } from 'node:sqlite';
import { emptySet, type ProviderSet } from '../../registry/providerSet.ts';
import { applyBlock } from '../../registry/reduce.ts';
import type { CheckpointIdentity } from './checkpoint.ts';
import { checksum } from './checksum.ts';
import { CheckpointRefusedError } from './openDatabase.ts';
import { historyOf, type Row } from './rows.ts';
import { decodeSummary, NO_ROWS, type Summary, sameDeployment, type Tally, tallyOf } from './summary.ts';

/** What the file holds: a set and the tally of its rows. */
export interface Saved {
  /** Undefined before the first save. */
  readonly set: ProviderSet | undefined;
  readonly isHalfBuilt: boolean;
  readonly tally: Tally;
}

/** @throws {@link CheckpointRefusedError}, SQLite's and JSON's errors: damaged, or of another deployment. */
export function readSaved(db: DatabaseSync, identity: CheckpointIdentity): Saved {
  // The quick one would miss rows out of order, which read well and make the next save go wrong.
  if (db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check !== 'ok') throw damaged();
  const summary = readSummary(db);
  if (summary !== undefined && !sameDeployment(summary.identity, identity)) {
    throw new CheckpointRefusedError('another deployment');
  }
  const tally = summary?.tally ?? NO_ROWS;
  const rows = readRows(db);
  const found = tallyOf(rows);
  if (found.rows !== tally.rows || found.sum !== tally.sum) throw damaged();
  return { set: summary && setOf(summary, rows), isHalfBuilt: summary?.isHalfBuilt ?? false, tally };
}

function readSummary(db: DatabaseSync): Summary | undefined {
  const row = db.prepare('SELECT content, checksum FROM summary').get();
  if (row === undefined) return undefined;
  const content = String(row.content);
  if (checksum(content) !== row.checksum) throw damaged();
  return decodeSummary(content);
}

function readRows(db: DatabaseSync): Row[] {
  const rows = db.prepare('SELECT key, content FROM rows').all();
  return rows.map(({ key, content }) => ({ key: String(key), content: String(content) }));
}

function setOf({ block, successor }: Summary, rows: readonly Row[]): ProviderSet {
  const events = historyOf(rows);
  if (successor !== undefined) {
    events.push({ type: 'registryReplaced', successor, blockNumber: block.number, logIndex: 0 });
  }
  return applyBlock(emptySet(block), block, events);
}

function damaged(): CheckpointRefusedError {
  return new CheckpointRefusedError('damaged');
}
