import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DinError } from '../core/dinError.ts';

/**
 * Opens a database file in `stateDir`, which is made when it is missing. Holds it alone until closed. What a statement
 * has written survives the process and the machine.
 * @throws {@link StateInUseError}, {@link StateUnusableError}
 */
export function openStateFile(stateDir: string, file: string, schema: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // Salts are secret until revealed.
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    db = new DatabaseSync(join(stateDir, file));
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT;');
    db.exec(schema);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof Error && /locked/i.test(cause.message))
      throw new StateInUseError(stateDir, { cause });
    throw new StateUnusableError(stateDir, cause);
  }
}

export class StateInUseError extends DinError {
  readonly code = 'STATE_IN_USE';
  constructor(stateDir: string, options?: { cause?: unknown }) {
    super(
      `Another process uses the state in ${stateDir}. Stop it, or give this one its own directory.`,
      options,
    );
  }
}

export class StateUnusableError extends DinError {
  readonly code = 'STATE_UNUSABLE';
  constructor(stateDir: string, cause: unknown) {
    super(
      `The state in ${stateDir} cannot be used: ${cause instanceof Error ? cause.message : 'unknown error'}`,
      { cause },
    );
  }
}
