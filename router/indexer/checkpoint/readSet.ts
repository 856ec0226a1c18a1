import type { DatabaseSync } from 'node:sqlite';
import { emptySet, type ProviderSet } from '../../registry/providerSet.ts';
import { applyBlock } from '../../registry/reduce.ts';
import type { CheckpointIdentity } from './checkpoint.ts';
import { checksum } from './checksum.ts';
import { CheckpointRefusedError } from './openDatabase.ts';
import { historyOf, NETWORK, type Row } from './rows.ts';
import { decodeSummary, NO_ROWS, type Summary, sameDeployment, type Tally, tallyOf } from './summary.ts';

const ROWS_AT_ONCE = 1_000;
const IS_NETWORK = `key LIKE '${NETWORK}%'`;

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
  const found = tallyOf(rowsOf(db, 'TRUE'));
  if (found.rows !== tally.rows || found.sum !== tally.sum) throw damaged();
  return { set: summary && setOf(db, summary), isHalfBuilt: summary?.isHalfBuilt ?? false, tally };
}

function readSummary(db: DatabaseSync): Summary | undefined {
  const row = db.prepare('SELECT content, checksum FROM summary').get();
  if (row === undefined) return undefined;
  const content = String(row.content);
  if (checksum(content) !== row.checksum) throw damaged();
  return decodeSummary(content);
}

/** One after the other: a large set as text, as events and as what is built of them would be several times its size. */
function* rowsOf(db: DatabaseSync, condition: string): Generator<Row, void> {
  for (const { key, content } of db.prepare(`SELECT key, content FROM rows WHERE ${condition}`).iterate()) {
    yield { key: String(key), content: String(content) };
  }
}

function setOf(db: DatabaseSync, { block, successor }: Summary): ProviderSet {
  // The fold numbers networks as they are opened: all of them at once, and before what is offered on them.
  const networks = historyOf([...rowsOf(db, IS_NETWORK)]);
  let set = applyBlock(emptySet(block), block, networks);
  let rows: Row[] = [];
  for (const row of rowsOf(db, `NOT ${IS_NETWORK}`)) {
    rows.push(row);
    if (rows.length < ROWS_AT_ONCE) continue;
    set = applyBlock(set, block, historyOf(rows));
    rows = [];
  }
  const events = historyOf(rows);
  if (successor !== undefined) {
    events.push({ type: 'registryReplaced', successor, blockNumber: block.number, logIndex: 0 });
  }
  return applyBlock(set, block, events);
}

function damaged(): CheckpointRefusedError {
  return new CheckpointRefusedError('damaged');
}
