import type { DatabaseSync } from 'node:sqlite';
import type { ProviderSet } from '../../registry/providerSet.ts';
import type { CheckpointIdentity } from './checkpoint.ts';
import { checksum } from './checksum.ts';
import type { Saved } from './readSet.ts';
import { rowChanges } from './rowChanges.ts';
import { encodeSummary, tallyAfter } from './summary.ts';

/**
 * Writes what differs from what the file holds, all or nothing.
 * @throws SQLite's errors; the file then holds what it held.
 */
export function writeSet(
  db: DatabaseSync,
  identity: CheckpointIdentity,
  saved: Saved,
  set: ProviderSet,
  isHalfBuilt: boolean,
): Saved {
  const changes = rowChanges(saved.set, set);
  const tally = tallyAfter(saved.tally, changes);
  const content = encodeSummary({ identity, block: set.block, successor: set.successor, isHalfBuilt, tally });
  try {
    db.exec('BEGIN IMMEDIATE');
    const put = db.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?)');
    const remove = db.prepare('DELETE FROM rows WHERE key = ?');
    for (const { before, after } of changes) {
      if (after !== undefined) put.run(after.key, after.content);
      else if (before !== undefined) remove.run(before.key);
    }
    db.prepare('INSERT OR REPLACE INTO summary VALUES (1, ?, ?)').run(content, checksum(content));
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
  return { set, isHalfBuilt, tally };
}
