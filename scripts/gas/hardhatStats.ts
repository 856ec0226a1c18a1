import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DinError } from '../../router/core/dinError.ts';
import type { Measured } from './figures.ts';

const ROOT = join(import.meta.dirname, '../..');
const HARDHAT = join(ROOT, 'node_modules/hardhat/dist/src/cli.js');
/** Without fuzzing, and apart from the unit tests: the figures change with the contracts alone. */
const TEST = 'contracts/test/Gas.t.sol';

const statsSchema = z.object({
  contracts: z.record(
    z.string(),
    z.object({
      deployment: z.object({ runtimeSize: z.number() }).nullish(),
      functions: z.record(z.string(), z.object({ min: z.number(), max: z.number() })).default({}),
    }),
  ),
});

/**
 * Hardhat's figures per function, and each contract's size.
 * @throws {@link HardhatFailedError} with what it printed.
 */
export async function hardhatStats(): Promise<Pick<Measured, 'functions' | 'bytes'>> {
  const scratch = await mkdtemp(join(tmpdir(), 'din-gas-'));
  try {
    const path = join(scratch, 'stats.json');
    await runHardhat(['test', 'solidity', TEST, '--gas-stats-json', path]);
    const { contracts } = statsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const functions: Record<string, { min: number; max: number }> = {};
    const bytes: Record<string, number> = {};
    for (const [source, { deployment, functions: ofContract }] of Object.entries(contracts)) {
      const match = /^contracts\/(\w+)\.sol:\1$/.exec(source);
      if (match?.[1] === undefined) continue;
      if (deployment) bytes[match[1]] = deployment.runtimeSize;
      for (const [name, { min, max }] of Object.entries(ofContract)) {
        functions[`${match[1]}.${name}`] = { min, max };
      }
    }
    return { functions, bytes };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function runHardhat(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [HARDHAT, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => printed.push(String(chunk)));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new HardhatFailedError(printed.join('')));
    });
  });
}

export class HardhatFailedError extends DinError {
  readonly code = 'HARDHAT_FAILED';
  constructor(printed: string) {
    super(`hardhat failed:\n${printed.trim()}`);
  }
}
