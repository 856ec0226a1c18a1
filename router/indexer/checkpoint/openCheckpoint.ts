import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../core/clock.ts';
import type { ProviderSet } from '../../registry/providerSet.ts';
import type { SourceLogger } from '../sourceLogger.ts';
import type { Checkpoint, CheckpointIdentity } from './checkpoint.ts';
import { ensureFile, type FileLock, lockFile, moveAside } from './checkpointFile.ts';
import { openDatabase } from './openDatabase.ts';
import { readSaved, type Saved } from './readSet.ts';
import { describeTrouble, isOfThePlace } from './trouble.ts';
import { writeSet } from './writeSet.ts';

export interface CheckpointOptions {
  /** See `checkpointPath`. The directory is made when it is missing. */
  readonly path: string;
  readonly identity: CheckpointIdentity;
  readonly logger: SourceLogger;
  readonly clock: Clock;
}

interface Open {
  readonly db: DatabaseSync;
  readonly saved: Saved;
}

/**
 * The checkpoint in one SQLite file. It is believed when all of it is as it was written: a file that is damaged,
 * another deployment's or of another schema is moved aside, and a new one begun. Where there can be none (another
 * process holds it, the disk is full, no rights), that is logged, the router runs without, and each save tries anew.
 */
export function openCheckpoint({ path, identity, logger, clock }: CheckpointOptions): Checkpoint {
  let lock: FileLock | undefined;
  let open: Open | undefined;
  /** As last logged. */
  let trouble: string | undefined;
  let closed = false;

  /** Runs what touches the file; what goes wrong is told once and stops nothing. */
  function attempt(action: () => void): void {
    if (closed) return;
    try {
      lock ??= lockFile(path);
      unlessDamaged(action);
      if (trouble !== undefined) logger.info({ path }, 'checkpoint_available');
      trouble = undefined;
    } catch (error) {
      const reason = describeTrouble(error);
      if (reason !== trouble) logger.warn({ path, reason }, 'checkpoint_unavailable');
      trouble = reason;
    }
  }

  /** With a damaged file out of the way, the same must succeed. */
  function unlessDamaged(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (isOfThePlace(error)) throw error;
      putAside(describeTrouble(error));
      action();
    }
  }

  function putAside(reason: string): void {
    open?.db.close();
    open = undefined;
    const movedTo = moveAside(path, reason, clock.unix());
    logger.error({ path, movedTo, reason }, 'checkpoint_set_aside');
  }

  function opened(): Open {
    open ??= openFile();
    return open;
  }

  function openFile(): Open {
    ensureFile(path);
    const db = openDatabase(path);
    try {
      return { db, saved: readSaved(db, identity) };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  function write(set: ProviderSet, isHalfBuilt: boolean): void {
    const { db, saved } = opened();
    open = { db, saved: writeSet(db, identity, saved, set, isHalfBuilt) };
  }

  attempt(opened);
  return {
    load: () => open?.saved.set,
    isHalfBuilt: () => open?.saved.isHalfBuilt ?? false,
    save(set, isHalfBuilt = false) {
      attempt(() => write(set, isHalfBuilt));
    },
    setAside(reason) {
      if (open !== undefined) attempt(() => putAside(reason));
    },
    close() {
      closed = true;
      open?.db.close();
      open = undefined;
      lock?.release();
      lock = undefined;
    },
  };
}
