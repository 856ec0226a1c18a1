import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DinError } from '../../core/dinError.ts';
import type { FloorMemory, Told } from '../../routing/headFloor.ts';
import type { WorkerPlace } from './messages.ts';

/*
 * What all workers have told clients of each network's head, in a file without a name that they inherit: a look into it
 * is a system call on memory and needs nobody's answer, so that a worker that hangs holds up none. A network has a row,
 * and each worker a place in it which it alone writes.
 */

/** More networks than any deployment has. Those beyond share nothing. */
export const FLOOR_ROWS = 4_096;

/** What a worker inherits, given the file. */
export const workerStdio = (file: number) => ['inherit', 'inherit', 'inherit', 'ipc', file] as const;
/** The file's descriptor in a worker, by the order above. */
export const FLOOR_FILE = 4;

// Era, number and agreed head, twice: who reads while they are written sees that they differ.
const ONE = 3;
const BOTH = 2 * ONE;
const PLACE_BYTES = BOTH * Float64Array.BYTES_PER_ELEMENT;

/**
 * Of the primary: the file's descriptor.
 * @throws {@link SharedFileError} when there is no place for it
 */
export function createFloorFile(places: number): number {
  // Memory, and writable also where nothing else is; not everywhere.
  const directories = ['/dev/shm', tmpdir()];
  let cause: unknown;
  for (const directory of directories) {
    try {
      return unnamedFile(directory, FLOOR_ROWS * places * PLACE_BYTES);
    } catch (error) {
      cause = error;
    }
  }
  throw new SharedFileError(directories, cause);
}

/** All of it is there from the start: later there may be no room. */
function unnamedFile(directory: string, bytes: number): number {
  const path = join(directory, `din-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
    writeFileSync(file, new Uint8Array(bytes));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** What this worker and the others told of a network. */
export function floorMemory(file: number, row: number, { place, places }: WorkerPlace): FloorMemory {
  const start = row * places * PLACE_BYTES;
  const all = new Float64Array(places * BOTH);
  const own = new Float64Array(BOTH);
  return {
    load() {
      // One that is just being written counts as it was before, or in the next try: its writer has told nobody yet.
      do readSync(file, all, 0, all.byteLength, start);
      while (!isWhole(all));
      return latest(all);
    },
    store({ era, number, agreed }) {
      own.set([era, number, agreed, era, number, agreed]);
      writeSync(file, own, 0, PLACE_BYTES, start + place * PLACE_BYTES);
    },
  };
}

function isWhole(all: Float64Array): boolean {
  for (let at = 0; at < all.length; at += BOTH) {
    for (let field = at; field < at + ONE; field += 1) if (all[field] !== all[field + ONE]) return false;
  }
  return true;
}

function latest(all: Float64Array): Told | undefined {
  let last: Told | undefined;
  for (let at = 0; at < all.length; at += BOTH) {
    const [era = 0, number = 0, agreed = 0] = all.subarray(at, at + ONE);
    // Nothing is told yet.
    if (era === 0) continue;
    if (last === undefined || era > last.era || (era === last.era && number > last.number))
      last = { era, number, agreed };
  }
  return last;
}

/** There is no directory for the workers' common file. */
export class SharedFileError extends DinError {
  readonly code = 'NO_SHARED_FILE';
  constructor(directories: readonly string[], cause: unknown) {
    super(`Workers need a file in common, and none of these takes it: ${directories.join(', ')}`, { cause });
  }
}
