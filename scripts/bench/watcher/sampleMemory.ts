import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('sampleMemoryMain.ts', import.meta.url));

/** Bytes that one sample takes, in a process of its own. */
export async function measureSampleMemory(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', MAIN]);
  return Number(stdout);
}
