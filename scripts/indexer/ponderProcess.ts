import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { CONFIG_VARIABLE, type IndexerConfig } from '../../router/indexer/ponder/indexerConfig.ts';
import { type PonderNews, ponderNews } from './ponderLog.ts';

const ROOT = join(import.meta.dirname, '../..');
const APP = join(ROOT, 'router/indexer/ponder');
const REAPER = join(ROOT, 'scripts/devnet/reaper.ts');
// The program itself: npm's `ponder` command would find whatever Node comes first.
const PONDER = join(ROOT, 'node_modules/ponder/dist/esm/bin/ponder.js');
// On SIGTERM the Vite within Ponder exits at once, and leaves the database locked for the next start.
const CLEAN_END = 'SIGINT';
// Ponder itself gives up a clean end after five seconds.
const GRACE_MS = 8_000;

export interface PonderOptions {
  readonly config: IndexerConfig;
  /** Database schema that holds the tables. */
  readonly schema: string;
  /** Database schema that holds views of them, under a name that stays; PostgreSQL only. */
  readonly viewsSchema?: string;
  readonly host: string;
  readonly port: number;
  /** Ponder's working directory: it writes its GraphQL schema there. */
  readonly directory: string;
  onNews(news: PonderNews): void;
}

export interface PonderProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Resolves with the exit code, or undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** A clean end, or SIGKILL when that takes too long. Resolves once it has ended. */
  stop(): Promise<void>;
}

/** Starts `ponder start` on this Node. It ends with this process, however that ends. */
export function startPonderProcess(options: PonderOptions): PonderProcess {
  const { config, schema, viewsSchema, host, port, directory, onNews } = options;
  const args = ['start', '--root', APP, '--schema', schema, '--hostname', host, '--port', String(port)];
  if (viewsSchema !== undefined && config.database.kind === 'postgres')
    args.push('--views-schema', viewsSchema);
  const child = spawn(process.execPath, [PONDER, ...args, '--log-format', 'json'], {
    cwd: directory,
    // A group of its own: Ctrl-C in a terminal reaches this process alone, which then ends it in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(config),
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      const news = ponderNews(line);
      if (news !== undefined) onNews(news);
    });
  }
  const forget = reap(child);
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      forget();
      resolve(code ?? undefined);
    });
  });
  return {
    pid: child.pid,
    ended,
    async stop() {
      child.kill(CLEAN_END);
      const given = new AbortController();
      await Promise.race([
        ended,
        delay(GRACE_MS, undefined, { signal: given.signal }).catch(() => undefined),
      ]);
      given.abort();
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * Has the child killed when this process is, however: Ponder itself would never notice, and would write to its broken
 * log for ever, port and database in hand. Returns what takes that back.
 */
function reap(child: ChildProcess): () => void {
  const reaper = spawn(process.execPath, [REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Only its stdin ties it to this process.
  reaper.unref();
  reaper.on('error', () => undefined);
  reaper.stdin.on('error', () => undefined);
  reaper.stdin.write(`+${child.pid}\n`);
  return () => reaper.stdin.end(`-${child.pid}\n`);
}

/** Nothing of the surroundings that Ponder would take for its own settings, e.g. PORT and DATABASE_URL. */
function environment(config: IndexerConfig): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR, NODE_OPTIONS, NODE_EXTRA_CA_CERTS } = process.env;
  return {
    PATH,
    HOME,
    ...(TMPDIR !== undefined && { TMPDIR }),
    ...(NODE_OPTIONS !== undefined && { NODE_OPTIONS }),
    ...(NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS }),
    // Errors are masked towards strangers.
    NODE_ENV: 'production',
    // About Ponder's own dependencies; no operator can do anything about them.
    NODE_NO_WARNINGS: '1',
    PONDER_TELEMETRY_DISABLED: '1',
    [CONFIG_VARIABLE]: JSON.stringify(config),
  };
}
