import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DinError } from '../../router/core/dinError.ts';
import type { BenchChain } from './chain.ts';
import { medianOf } from './median.ts';
import type { OurAnswers, OurTask } from './ourTask.ts';
import type { ProcessUsage } from './processUsage.ts';

/** The router's own way. Spans in milliseconds, memory in bytes; spans are medians of several processes. */
export interface OurFigures {
  readonly backfill: {
    readonly events: number;
    readonly providers: number;
    readonly services: number;
    readonly requests: number;
    /** From the start of a process until the set is whole. */
    readonly wholeMs: number;
    /** The same without what passes until its code is loaded. */
    readonly backfillMs: number;
    readonly usage: ProcessUsage;
    readonly setMemory: number;
  };
  readonly restart: {
    /** From the start of a process until a set can be served. */
    readonly setMs: number;
    /** The same without what passes until its code is loaded. */
    readonly loadedMs: number;
    /** Processor time of the process until then: what is left of it on a machine that does nothing else. */
    readonly cpuMs: number;
    readonly requestsUntilSet: number;
    readonly requestsUntilLive: number;
  };
  readonly checkpoint: OurAnswers['checkpoint'];
}

const MAIN = join(import.meta.dirname, 'ourMain.ts');
const RUNS = 3;
const run = promisify(execFile);

export async function measureOurs(
  chain: Pick<BenchChain, 'url' | 'registry' | 'events'>,
  onProgress: (line: string) => void,
): Promise<OurFigures> {
  const directory = await mkdtemp(join(tmpdir(), 'din-bench-'));
  const task = { registry: chain.registry, rpcUrl: chain.url };
  try {
    const backfills: (OurAnswers['backfill'] & { readonly startedAt: number })[] = [];
    const restarts: (OurAnswers['restart'] & { readonly startedAt: number })[] = [];
    const checkpoints: OurAnswers['checkpoint'][] = [];
    for (let index = 0; index < RUNS; index++) {
      onProgress(`ours: run ${index + 1} of ${RUNS}`);
      const path = join(directory, `${index}.sqlite`);
      backfills.push(await ask<'backfill'>({ ...task, kind: 'backfill', path }));
      restarts.push(await ask<'restart'>({ ...task, kind: 'restart', path }));
      checkpoints.push(await ask<'checkpoint'>({ ...task, kind: 'checkpoint', path }));
    }
    const [backfill, restart, checkpoint] = [last(backfills), last(restarts), last(checkpoints)];
    const { events, providers, services, requests } = backfill;
    if (events !== chain.events) throw new EventsMissedError(events, chain.events);
    return {
      backfill: {
        ...{ events, providers, services, requests },
        wholeMs: medianOf(backfills.map(({ wholeAt, startedAt }) => wholeAt - startedAt)),
        backfillMs: medianOf(backfills.map(({ wholeAt, beganAt }) => wholeAt - beganAt)),
        usage: {
          peakMemory: medianOf(backfills.map(({ usage }) => usage.peakMemory)),
          cpuMs: medianOf(backfills.map(({ usage }) => usage.cpuMs)),
        },
        setMemory: medianOf(backfills.map(({ setMemory }) => setMemory)),
      },
      restart: {
        setMs: medianOf(restarts.map(({ setAt, startedAt }) => setAt - startedAt)),
        loadedMs: medianOf(restarts.map(({ setAt, beganAt }) => setAt - beganAt)),
        cpuMs: medianOf(restarts.map(({ cpuMs }) => cpuMs)),
        requestsUntilSet: restart.requestsUntilSet,
        requestsUntilLive: restart.requestsUntilLive,
      },
      checkpoint: {
        loadMs: medianOf(checkpoints.map(({ loadMs }) => loadMs)),
        firstSaveMs: medianOf(checkpoints.map(({ firstSaveMs }) => firstSaveMs)),
        fileBytes: checkpoint.fileBytes,
      },
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function ask<Kind extends OurTask['kind']>(
  task: OurTask & { readonly kind: Kind },
): Promise<OurAnswers[Kind] & { readonly startedAt: number }> {
  const startedAt = performance.timeOrigin + performance.now();
  const { stdout } = await run(process.execPath, ['--expose-gc', MAIN, JSON.stringify(task)]);
  const answer: OurAnswers[Kind] = JSON.parse(stdout);
  return { ...answer, startedAt };
}

function last<T>(items: readonly T[]): T {
  const item = items.at(-1);
  if (item === undefined) throw new RangeError('nothing was measured');
  return item;
}

/** Figures of a set that is not whole would be worth nothing. */
export class EventsMissedError extends DinError {
  readonly code = 'EVENTS_MISSED';
  constructor(found: number, all: number) {
    super(`the source found ${found} of ${all} events`);
  }
}
