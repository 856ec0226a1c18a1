import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DinError } from '../../core/dinError.ts';

// "DIN" and a number: tells our file from another program's.
const APPLICATION_ID = 0x44_49_4e_01;
/** Of the tables and of what the rows hold. Raised with each change: older and newer files are not read. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE rows (key TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE summary (id INTEGER PRIMARY KEY, content TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * A database of ours, held alone; an empty file becomes one.
 *
 * With a write-ahead log a save appends and waits for no disk, so the calls being served do not wait either. The state
 * is whole after a kill at any moment; a machine that loses power may lose the last saves, which the chain tells again.
 * @throws {@link CheckpointRefusedError}, SQLite's errors
 */
export function openDatabase(path: string): DatabaseSync {
  const isNew = statSync(path).size === 0;
  const db = new DatabaseSync(path);
  try {
    // Exclusive before the log's first use: the log then needs no shared memory file.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    if (isNew) db.exec(SCHEMA);
    checkKind(db);
    // Not before: another program's file stays as it is.
    db.exec('COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function checkKind(db: DatabaseSync): void {
  const application = readNumber(db, 'SELECT application_id AS value FROM pragma_application_id');
  if (application !== APPLICATION_ID) throw new CheckpointRefusedError('no checkpoint');
  const version = readNumber(db, 'SELECT user_version AS value FROM pragma_user_version');
  if (version < SCHEMA_VERSION) throw new CheckpointRefusedError('older schema');
  if (version > SCHEMA_VERSION) throw new CheckpointRefusedError('newer schema');
}

function readNumber(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.value);
}

/** The file is readable and its content is not to be used. */
export class CheckpointRefusedError extends DinError {
  readonly code = 'CHECKPOINT_REFUSED';
  readonly reason: string;
  constructor(reason: string) {
    super(`The checkpoint is not used: ${reason}.`);
    this.reason = reason;
  }
}
