/**
 * `npm test`: every check of the project, one after the other, and a closing line that counts all tests.
 * Ends with status 0 only when every step passed and every runner really ran tests.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Reads the counts of a test runner from what it printed; left out for checks that count nothing. */
  readonly count?: (output: string) => Promise<Count>;
}

const scratch = await mkdtemp(join(tmpdir(), 'din-test-'));
const vitestReport = join(scratch, 'vitest.json');

const STEPS: readonly Step[] = [
  { name: 'compile', command: ['hardhat', 'compile'] },
  { name: 'lint, format and import boundaries', command: ['biome', 'check', '.'] },
  { name: 'Solidity lint', command: ['solhint', '--max-warnings', '0', 'contracts/**/*.sol'] },
  { name: 'generated ABIs', command: ['node', 'scripts/lib/generateAbi.ts', '--check'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  // Ponder makes modules of its own, which only its own directory may see.
  { name: 'types of the indexer', command: ['tsc', '--noEmit', '-p', 'router/indexer/ponder'] },
  { name: 'Solidity tests', command: ['hardhat', 'test', 'solidity'], count: countHardhat },
  {
    name: 'vitest',
    command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`],
    count: countVitest,
  },
];

let passed = 0;
let failed = 0;
const broken: string[] = [];
for (const step of STEPS) {
  console.log(`\n▶ ${step.name}`);
  const { status, output } = await run(step.command);
  const count = await step.count?.(output).catch(() => undefined);
  passed += count?.passed ?? 0;
  failed += count?.failed ?? 0;
  const ranNothing = step.count !== undefined && (count === undefined || count.passed + count.failed === 0);
  if (status !== 0 || ranNothing) broken.push(ranNothing ? `${step.name} (no test ran)` : step.name);
}
await rm(scratch, { recursive: true, force: true });

if (broken.length > 0) console.log(`\nFailed: ${broken.join(', ')}`);
// A step that failed without a failing test must still show in the counts.
console.log(`\n${passed} passed, ${broken.length > 0 ? Math.max(failed, 1) : failed} failed`);
process.exitCode = broken.length > 0 ? 1 : 0;

function run([file, ...args]: Step['command']): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      process.stdout.write(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ status: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }),
    );
  });
}

async function countHardhat(output: string): Promise<Count> {
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? 0);
  return { passed: number(/(\d+) passing/), failed: number(/(\d+) failing/) };
}

async function countVitest(): Promise<Count> {
  const report: unknown = JSON.parse(await readFile(vitestReport, 'utf8'));
  if (typeof report !== 'object' || report === null) throw new TypeError('vitest wrote no report');
  const { numPassedTests, numFailedTests } = report as { numPassedTests?: number; numFailedTests?: number };
  return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
}
