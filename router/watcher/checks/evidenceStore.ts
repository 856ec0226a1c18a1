import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from './evidence.ts';

/** Evidence on disk, one file a wrong answer: for the operator, who shows it in an appeal. */
export interface EvidenceStore {
  /** Rejects with the file system's error. */
  save(evidence: Evidence): Promise<void>;
}

/** Of one service in one epoch: more of it shows nothing new. */
const PER_SERVICE = 4;

/** Of all; the oldest go first. At up to some hundred kilobytes each. */
const MAX_FILES = 512;

/** @param stateDir The directory `evidence` in it is made when it is needed. */
export function createEvidenceStore(stateDir: string): EvidenceStore {
  const dir = join(stateDir, 'evidence');
  // One after the other: each counts the files that are there.
  let saving: Promise<unknown> = Promise.resolve();

  async function write(evidence: Evidence): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const files = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
    const prefix = `${String(evidence.epoch).padStart(10, '0')}-${evidence.serviceId}-`;
    const count = files.filter((name) => name.startsWith(prefix)).length;
    if (count >= PER_SERVICE) return;
    const name = join(dir, `${prefix}${count + 1}.json`);
    await writeFile(`${name}.part`, JSON.stringify(evidence), { mode: 0o600 });
    await rename(`${name}.part`, name);
    const old = files.slice(0, Math.max(0, files.length + 1 - MAX_FILES));
    await Promise.all(old.map((file) => rm(join(dir, file), { force: true })));
  }

  return {
    save(evidence) {
      const saved = saving.then(() => write(evidence));
      saving = saved.catch(() => undefined);
      return saved;
    },
  };
}
