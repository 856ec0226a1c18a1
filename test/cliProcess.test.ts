import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from './fixtures/cliChain.ts';

const LAUNCHER = join(import.meta.dirname, '../scripts/din.js');

let dir: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'din-process-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function start(...argv: string[]) {
  return startWith({}, ...argv);
}

function startWith(env: NodeJS.ProcessEnv, ...argv: string[]) {
  const child = spawn(process.execPath, [LAUNCHER, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output, ended };
}

describe('the process', () => {
  test('ends with the exit code of the command, data on stdout and errors on stderr', async () => {
    const help = start('--help');
    expect(await help.ended).toBe(0);
    expect(help.output.out).toContain('Usage: din');
    expect(help.output.err).toBe('');
    const wrong = start('provider', 'dance');
    expect(await wrong.ended).toBe(2);
    expect(wrong.output.out).toBe('');
  });

  test('asks for no password when no one is there to type it', async () => {
    const made = start('keystore', 'create', join(dir, 'unattended.json'), '--json');
    expect(await made.ended).toBe(1);
    expect(JSON.parse(made.output.out)).toMatchObject({ ok: false, error: { code: 'NO_PASSWORD' } });
  });

  test('keeps compiled code for the next start where only its user can write', async () => {
    const cache = join(dir, 'cache');
    const directory = join(cache, 'din', 'compiled');
    const env = { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: '' };
    expect(await startWith(env, '--help').ended).toBe(0);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readdir(directory)).toHaveLength(1);
  });

  test('compiles anew where others could have put something', async () => {
    const cache = join(dir, 'shared');
    const directory = join(cache, 'din', 'compiled');
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o777);
    const env = { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: '' };
    expect(await startWith(env, '--help').ended).toBe(0);
    expect(await readdir(directory)).toEqual([]);
  });

  test('starts without a place for compiled code', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    const started = startWith({ XDG_CACHE_HOME: file, NODE_COMPILE_CACHE: '' }, '--help');
    expect(await started.ended).toBe(0);
    expect(started.output.err).toBe('');
  });

  test('a gateway has bounds for its memory, or those that Node was given', async () => {
    const file = join(dir, 'flags.mjs');
    const library = new URL('../scripts/lib/thriftyHeap.js', import.meta.url);
    const code = `import { startThrifty } from '${library}';
      startThrifty();
      console.log(JSON.stringify([process.execArgv, process.argv.slice(2), process.env.MALLOC_ARENA_MAX]));`;
    await writeFile(file, code);
    const startedWith = async (given: readonly string[], more: Record<string, string>) => {
      const env = { ...process.env, NODE_OPTIONS: '', ...more };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [...given, file, 'a b'], {
        env,
      });
      expect(stderr).toBe('');
      return JSON.parse(stdout);
    };
    const [young, old] = ['--max-semi-space-size=4', '--heap-growing-percent=20'];
    expect(await startedWith([], {})).toEqual([[young, old], ['a b'], '2']);
    const own = '--max_semi_space_size=2';
    expect(await startedWith([own], {})).toEqual([[own, old], ['a b'], '2']);
    const options = { NODE_OPTIONS: '--max-semi-space-size=2', MALLOC_ARENA_MAX: '3' };
    expect(await startedWith([], options)).toEqual([[old], ['a b'], '3']);
  });

  test('runs a gateway from its configuration and ends it on SIGTERM', async () => {
    const config = join(dir, 'gateway.yaml');
    await writeFile(
      config,
      `listen: 127.0.0.1:0
networks:
  - id: eip155:1
    slug: ethereum
    upstreams:
      - { name: own-1, url: "http://127.0.0.1:9" }
shutdown: { delayMs: 0 }
`,
    );
    const gateway = start('gateway', '--config', config);
    const url = await vi.waitUntil(() => {
      if (gateway.child.exitCode !== null) throw new Error(gateway.output.err);
      return /"url":"(http:[^"]+)"/.exec(gateway.output.out)?.[1];
    }, 20_000);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
  });
});

describe('din config', () => {
  test('validates and dumps a configuration with its secrets masked', async () => {
    const file = join(dir, 'config.yaml');
    await writeFile(
      file,
      `networks:
  - id: eip155:1
    slug: ethereum
    upstreams:
      - { name: own-1, url: "\${NODE_URL}" }
`,
    );
    const env = { NODE_URL: 'https://rpc.example/v3/secret' };
    const valid = await run(['config', 'validate', '--config', file], env);
    expect(valid).toMatchObject({ code: 0, out: `${file} is valid` });
    const dumped = await run(['config', 'dump', '--config', file, '--json'], env);
    expect(dumped.json()).toMatchObject({ config: { networks: [{ slug: 'ethereum' }] } });
    expect(dumped.out).not.toContain('secret');
  });

  test('names line and field of what is wrong, and refuses', async () => {
    const file = join(dir, 'wrong.yaml');
    await writeFile(file, 'networks:\n  - id: eip155:1\n    slag: ethereum\n');
    const result = await run(['config', 'validate', '--config', file], {});
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/^CONFIG_INVALID: [\s\S]*wrong\.yaml:3:5 networks\[0\]\.slag/);
  });
});
