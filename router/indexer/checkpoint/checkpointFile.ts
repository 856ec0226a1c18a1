import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { UnixSeconds } from '../../core/units.ts';

// SQLite's companions: what stands in them belongs to the file.
const COMPANIONS = ['-wal', '-journal'];
// Enough to look into; a disk that damages every file must not fill up with them.
const KEPT_ASIDE = 3;

/**
 * Makes the file, empty and its owner's alone, and its directory, where they are missing.
 * @throws errors of the file system
 */
export function ensureFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    // SQLite would make it readable by all.
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!existsSync(path)) throw error;
    // What it may not write, SQLite would open for reading.
    accessSync(path, constants.R_OK | constants.W_OK);
  }
}

export interface FileLock {
  release(): void;
}

/**
 * Holds the checkpoint at `path` against all other processes; a killed one lets go. A file of its own, as the
 * checkpoint may be moved aside and begun anew while it is held.
 * @throws errors of the file system and SQLite's
 */
export function lockFile(path: string): FileLock {
  const lockPath = `${path}.lock`;
  ensureFile(lockPath);
  const db = new DatabaseSync(lockPath);
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  return { release: () => db.close() };
}

/**
 * Renames a file that is not open, and its companions, so that the name tells when and why. Only the newest few stay.
 * @returns the new path
 * @throws errors of the file system
 */
export function moveAside(path: string, reason: string, at: UnixSeconds): string {
  const time = new Date(at * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const words = reason
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const aside = `${path}.aside-${time}-${words}`;
  renameSync(path, aside);
  for (const companion of COMPANIONS) {
    if (existsSync(path + companion)) renameSync(path + companion, aside + companion);
  }
  removeOldest(path);
  return aside;
}

function removeOldest(path: string): void {
  const prefix = `${basename(path)}.aside-`;
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
  const files = names.filter((name) => !COMPANIONS.some((companion) => name.endsWith(companion)));
  // The time stands first in the name.
  for (const file of files.sort().slice(0, -KEPT_ASIDE)) {
    for (const companion of ['', ...COMPANIONS])
      rmSync(join(dirname(path), file + companion), { force: true });
  }
}
