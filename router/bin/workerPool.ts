import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { DinError } from '../core/dinError.ts';
import type { FromWorker, Pages, ToWorker, WorkerReport } from '../gateway/cluster/messages.ts';
import { restartDelay } from '../gateway/cluster/restartDelay.ts';
import { ListenError } from '../gateway/listen.ts';
import type { Logger } from '../observability/logger.ts';
import { rememberHandedOver } from './handedOver.ts';

export interface WorkerPool {
  /** Of those that serve. */
  count(): number;
  broadcast(message: ToWorker): void;
  /** What each worker knows now; of one that is busy or has just come, what is known of it so far. */
  reports(): Promise<readonly WorkerReport[]>;
  /** Whether one of them has a service to ask. */
  hasEligible(): Promise<boolean>;
  /** Lets all end: new connections are refused, calls in flight answered. Those still there after the time are killed. */
  close(withinMs: number): Promise<void>;
}

export interface WorkerPoolArgs {
  readonly count: number;
  readonly logger: Logger;
  /** All that a new worker has to know, in order. */
  readonly greeting: () => readonly ToWorker[];
  /** A page about the whole gateway; null when it cannot be written. */
  readonly onAsk: (page: keyof Pages) => Promise<Pages[keyof Pages] | null>;
  /** A worker is gone, with what it last reported. */
  readonly onGone: (last: WorkerReport) => void;
  /** Before any worker is begun. */
  readonly onPool: (pool: WorkerPool) => void;
}

interface Member {
  readonly worker: Worker;
  listeningSince: number | undefined;
  last: WorkerReport | undefined;
  hasEligible: boolean;
}

// A page waits no longer for a worker that is busy.
const REPORT_TIMEOUT_MS = 1_000;

/**
 * Starts the workers and keeps their number: one that ends is replaced.
 * @returns the port, once all serve
 * @throws {@link ListenError} {@link WorkerError}
 */
export async function startWorkerPool(args: WorkerPoolArgs): Promise<number> {
  const { logger } = args;
  const members = new Map<number, Member>();
  const waiting = new Map<number, { readonly left: Set<number>; readonly done: () => void }>();
  const started = Promise.withResolvers<number>();
  let lastQuestion = 0;
  let deathsInARow = 0;
  let hasServed = false;
  const allGone = Promise.withResolvers<void>();
  let isClosing = false;

  cluster.setupPrimary({ exec: fileURLToPath(import.meta.resolve('./worker.ts')), args: [] });

  const send = ({ worker }: Member, message: ToWorker) => {
    // One that is about to end has no channel any more.
    if (worker.isConnected()) worker.send(message, () => undefined);
  };
  const answered = (question: number, id: number) => {
    const asked = waiting.get(question);
    if (asked?.left.delete(id) && asked.left.size === 0) asked.done();
  };

  const begin = () => {
    const worker = cluster.fork();
    const closeHandedOver = rememberHandedOver(worker.process);
    const member: Member = { worker, listeningSince: undefined, last: undefined, hasEligible: false };
    members.set(worker.id, member);
    worker.on('error', (error) => logger.warn({ err: error, worker: worker.id }, 'worker_error'));
    worker.on('message', (message: FromWorker) => void take(member, message));
    worker.once('exit', (code, signal) => {
      closeHandedOver();
      gone(member, code, signal);
    });
  };

  const take = async (member: Member, message: FromWorker) => {
    switch (message.kind) {
      case 'online':
        for (const news of args.greeting()) send(member, news);
        send(member, { kind: 'serve' });
        break;
      case 'listening': {
        member.listeningSince = performance.now();
        logger.info({ worker: member.worker.id, pid: member.worker.process.pid }, 'worker_serving');
        const all = [...members.values()];
        if (all.length === args.count && all.every(isServing)) {
          hasServed = true;
          started.resolve(message.port);
        }
        break;
      }
      case 'unable':
        if (!hasServed) started.reject(new ListenError(message.code, message.message));
        else logger.error({ worker: member.worker.id, code: message.code }, 'worker_unable');
        member.worker.process.kill('SIGKILL');
        break;
      case 'ask':
        send(member, { kind: 'page', id: message.id, page: await args.onAsk(message.page) });
        break;
      case 'report':
        member.last = message.report;
        answered(message.id, member.worker.id);
        break;
      case 'eligible':
        member.hasEligible = message.hasEligible;
        answered(message.id, member.worker.id);
        break;
    }
  };

  const gone = ({ worker, listeningSince, last }: Member, code: number, signal: string) => {
    members.delete(worker.id);
    if (last) args.onGone(last);
    for (const question of [...waiting.keys()]) answered(question, worker.id);
    if (isClosing) {
      if (members.size === 0) allGone.resolve();
      return;
    }
    if (!hasServed) started.reject(new WorkerError(worker.process.pid, signal ?? code));
    const servedMs = listeningSince === undefined ? 0 : performance.now() - listeningSince;
    const { delayMs, deaths } = restartDelay(deathsInARow, servedMs);
    deathsInARow = deaths;
    logger.error({ worker: worker.id, pid: worker.process.pid, code, signal, delayMs }, 'worker_died');
    setTimeout(() => {
      if (!isClosing) begin();
    }, delayMs);
  };

  /** Until all that serve have answered, or the time is over. */
  const askAll = async (kind: 'report' | 'eligible') => {
    lastQuestion += 1;
    const id = lastQuestion;
    const asked = [...members.values()].filter(isServing);
    if (asked.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, REPORT_TIMEOUT_MS);
    waiting.set(id, { left: new Set(asked.map(({ worker }) => worker.id)), done: resolve });
    for (const member of asked) send(member, { kind, id });
    await promise;
    clearTimeout(timer);
    waiting.delete(id);
  };

  const pool: WorkerPool = {
    count: () => [...members.values()].filter(isServing).length,
    broadcast(message) {
      for (const member of members.values()) send(member, message);
    },
    async reports() {
      await askAll('report');
      return Array.from(members.values(), ({ last }) => last).filter((last) => last !== undefined);
    },
    async hasEligible() {
      await askAll('eligible');
      return members.values().some((member) => isServing(member) && member.hasEligible);
    },
    async close(withinMs) {
      isClosing = true;
      for (const member of members.values()) {
        if (isServing(member)) send(member, { kind: 'close' });
        // Nobody is served by it yet.
        else member.worker.process.kill('SIGKILL');
      }
      const kill = setTimeout(() => {
        for (const { worker } of members.values()) worker.process.kill('SIGKILL');
      }, withinMs);
      if (members.size === 0) allGone.resolve();
      await allGone.promise;
      clearTimeout(kill);
    },
  };

  args.onPool(pool);
  for (let begun = 0; begun < args.count; begun += 1) begin();
  try {
    return await started.promise;
  } catch (error) {
    await pool.close(0);
    throw error;
  }
}

function isServing({ listeningSince }: Member): boolean {
  return listeningSince !== undefined;
}

/** A worker ended before it served. Its own log says why. */
export class WorkerError extends DinError {
  readonly code = 'WORKER_FAILED';
  constructor(pid: number | undefined, end: string | number) {
    super(`A worker (process ${pid}) ended before it served: ${end}`);
  }
}
