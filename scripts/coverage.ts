/**
 * `npm run coverage`: lines and branches of `contracts/` that the Solidity tests reach, by contract.
 * Ends with status 1 when a test fails or less is reached than the project asks for.
 *
 * Lines are Hardhat's (`--coverage`); it tells no branches, so conditions are wrapped here on their way to the compiler,
 * see `lib/branchCoverage.ts`. Interfaces, mocks and tests are not counted.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import type { HardhatPlugin } from 'hardhat/types/plugins';
import config from '../hardhat.config.ts';
import { type Arm, instrumentBranches } from './lib/branchCoverage.ts';
import { parseSolidity } from './lib/parseSolidity.ts';

const ROOT = join(import.meta.dirname, '..');
const COVERAGE = join(ROOT, 'coverage');
const MIN_LINES = 0.98;
const MIN_BRANCHES = 0.95;

interface Share {
  readonly reached: number;
  readonly all: number;
}

const branches = new Map<string, readonly Arm[]>();

const branchCoverage: HardhatPlugin = {
  id: 'din-branch-coverage',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        preprocessProjectFileBeforeBuilding: async (
          context,
          sourceName,
          fsPath,
          content,
          solcVersion,
          next,
        ) => {
          const source = await next(context, sourceName, fsPath, content, solcVersion);
          const path = sourceName.replace(/^project\//, '');
          // Only what Hardhat has instrumented imports the library that hits are reported to.
          if (!isCounted(path) || !source.includes('__NomicFoundationCoverage')) return source;
          const result = instrumentBranches({
            original: content,
            source,
            sourceName: path,
            parse: parseSolidity,
          });
          branches.set(path, result.arms);
          return result.source;
        },
      }),
    }),
  },
};

// Apart from the usual artifacts: nothing else may ever use instrumented ones.
const paths = { artifacts: join(COVERAGE, 'artifacts'), cache: join(COVERAGE, 'cache') };
await rm(COVERAGE, { recursive: true, force: true });
const hre = await createHardhatRuntimeEnvironment(
  { ...config, paths, plugins: [...(config.plugins ?? []), branchCoverage] },
  { coverage: true },
  ROOT,
);
const result: unknown = await hre.tasks.getTask(['test', 'solidity']).run({ testProfile: 'coverage' });
const testsPassed =
  typeof result === 'object' && result !== null && 'success' in result && result.success === true;

const lines = await readLines();
const hits = await readHits();
const rows = [...lines.keys()].filter(isCounted).sort().map(rowOf);
const total = { lines: sum(rows.map((row) => row.lines)), branches: sum(rows.map((row) => row.branches)) };
console.log('\n| contract | lines | branches | not reached |\n| --- | --- | --- | --- |');
for (const row of rows) {
  console.log(`| ${row.path} | ${text(row.lines)} | ${text(row.branches)} | ${row.missing.join(' ')} |`);
}
console.log(`| all | ${text(total.lines)} | ${text(total.branches)} | |`);

const enough = ratio(total.lines) >= MIN_LINES && ratio(total.branches) >= MIN_BRANCHES;
if (!testsPassed) console.error('A test failed: see above');
if (!enough) console.error(`Asked for: ${MIN_LINES * 100} % of lines, ${MIN_BRANCHES * 100} % of branches`);
process.exitCode = testsPassed && enough ? 0 : 1;

function isCounted(path: string): boolean {
  return /^contracts\/(?!mocks\/|test\/|interfaces\/)/.test(path);
}

function rowOf(path: string): { path: string; lines: Share; branches: Share; missing: string[] } {
  const counts = [...(lines.get(path) ?? [])];
  const arms = branches.get(path) ?? [];
  const missingLines = counts.filter(([, count]) => count === 0).map(([line]) => `${line}`);
  const missingArms = arms.filter(({ tag }) => !hits.has(tag)).map(({ line, name }) => `${line}:${name}`);
  return {
    path,
    lines: { reached: counts.length - missingLines.length, all: counts.length },
    branches: { reached: arms.length - missingArms.length, all: arms.length },
    missing: [...missingLines, ...missingArms],
  };
}

/** Count of each line by file, from lcov's `SF` and `DA` records. */
async function readLines(): Promise<Map<string, Map<number, number>>> {
  const files = new Map<string, Map<number, number>>();
  let current = new Map<number, number>();
  for (const record of (await readFile(join(COVERAGE, 'lcov.info'), 'utf8')).split('\n')) {
    if (record.startsWith('SF:')) {
      current = new Map();
      files.set(record.slice(3), current);
    }
    const [, line, count] = /^DA:(\d+),(\d+)/.exec(record) ?? [];
    if (line !== undefined && count !== undefined) current.set(Number(line), Number(count));
  }
  return files;
}

/** Tags of everything that was reached. */
async function readHits(): Promise<Set<string>> {
  const directory = join(COVERAGE, 'data');
  const tags = new Set<string>();
  for (const entry of await readdir(directory, { recursive: true })) {
    if (!entry.endsWith('.json')) continue;
    const data: Record<string, number> = JSON.parse(await readFile(join(directory, entry), 'utf8'));
    for (const tag of Object.keys(data)) tags.add(tag);
  }
  return tags;
}

function sum(shares: readonly Share[]): Share {
  return shares.reduce((a, b) => ({ reached: a.reached + b.reached, all: a.all + b.all }), {
    reached: 0,
    all: 0,
  });
}

function ratio({ reached, all }: Share): number {
  return all === 0 ? 1 : reached / all;
}

function text(share: Share): string {
  return `${(ratio(share) * 100).toFixed(1)} % (${share.reached}/${share.all})`;
}
