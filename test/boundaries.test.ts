import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The design's table: which router folder may import which others. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  observability: ['core'],
  chain: ['core'],
  registry: ['core'],
  indexer: ['core', 'chain', 'registry'],
  routing: ['core', 'registry'],
  upstream: ['core'],
  gateway: ['core', 'config', 'observability', 'routing', 'upstream', 'registry'],
  watcher: ['core', 'upstream', 'chain', 'registry'],
  dashboard: [],
};
const FOLDERS = [...Object.keys(MAY_IMPORT), 'bin'];
const ROOT = join(import.meta.dirname, '..');

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'din-boundaries-'));
  const config = JSON.parse(await readFile(join(ROOT, 'biome.json'), 'utf8'));
  delete config.$schema;
  config.vcs = { enabled: false };
  await writeFile(join(project, 'biome.json'), JSON.stringify(config));
  for (const from of FOLDERS) {
    await mkdir(join(project, 'router', from, 'deep'), { recursive: true });
    for (const to of FOLDERS.filter((folder) => folder !== from)) {
      await writeFile(join(project, 'router', from, `${to}.ts`), `export { a } from '../${to}/a.ts';\n`);
      await writeFile(join(project, 'router', from, 'deep', `${to}.ts`), `import '../../${to}/a.ts';\n`);
    }
  }
});

afterAll(() => rm(project, { recursive: true, force: true }));

test('the linter refuses every import between router folders that the design does not allow, and no other', async () => {
  const biome = join(ROOT, 'node_modules/.bin/biome');
  const args = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = await promisify(execFile)(biome, args, {
    cwd: project,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout: string }) => error);
  const report: { diagnostics: { category: string; location: { path: string | { file: string } } }[] } =
    JSON.parse(stdout);
  const refused = new Set(
    report.diagnostics.map(({ location: { path } }) => (typeof path === 'string' ? path : path.file)),
  );
  const expected = FOLDERS.flatMap((from) =>
    FOLDERS.filter((to) => to !== from && from !== 'bin' && !MAY_IMPORT[from]!.includes(to)).flatMap((to) => [
      `router/${from}/${to}.ts`,
      `router/${from}/deep/${to}.ts`,
    ]),
  );
  expect([...refused].sort()).toEqual(expected.sort());
});
