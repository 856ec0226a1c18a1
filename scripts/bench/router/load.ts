import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DinError } from '../../../router/core/dinError.ts';

export interface LoadFigures {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LoadArgs {
  readonly wrk: string;
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** How long a connection rests after each answer, on average; left out: not at all. */
  readonly restMs?: number | undefined;
}

// Above what a call may take on a machine that has other work too.
const TIMEOUT_SECONDS = 20;
const SCRIPT = join(import.meta.dirname, 'load.lua');

/**
 * One run of wrk.
 * @throws {@link LoadFailedError} when any request was not answered with success.
 */
export async function runLoad({ wrk, url, connections, seconds, restMs }: LoadArgs): Promise<LoadFigures> {
  const limits = [`-c${connections}`, `-d${seconds}s`, `--timeout=${TIMEOUT_SECONDS}s`];
  const rest = restMs === undefined ? [] : ['--', String(restMs)];
  const { stdout } = await promisify(execFile)(wrk, ['-t1', ...limits, '-s', SCRIPT, url, ...rest]);
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  const { requests, microseconds, p50, p99, failures } = JSON.parse(line) as Record<string, number>;
  if (!requests || !microseconds || p50 === undefined || p99 === undefined || failures !== 0)
    throw new LoadFailedError(url, line);
  return {
    requests,
    perSecond: requests / (microseconds / 1e6),
    p50Ms: p50 / 1_000,
    p99Ms: p99 / 1_000,
  };
}

export class LoadFailedError extends DinError {
  readonly code = 'LOAD_FAILED';
  constructor(url: string, figures: string) {
    super(`requests to ${url} failed, so their figures mean nothing: ${figures}`);
  }
}
