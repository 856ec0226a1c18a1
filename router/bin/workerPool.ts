import cluster, { type Worker } from 'node:cluster';
import { closeSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObservedCalls } from '../core/callObservation.ts';
import { systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import { createFloorFile, workerStdio } from '../gateway/cluster/floorFile.ts';
import type {
  FromWorker,
  PageQuestion,
  Pages,
  WorkerConfig,
  WorkerReport,
} from '../gateway/cluster/messages.ts';
import { clockOrigin, inOwnTime } from '../gateway/cluster/otherClock.ts';
import { createOutbox, type Telling } from '../gateway/cluster/outbox.ts';
import { restartDelay } from '../gateway/cluster/restartDelay.ts';
import { createRoutingChanges } from '../gateway/cluster/routingChanges.ts';
import { ListenError } from '../gateway/listen.ts';
import type { RouteExplanation, RouteQuestion } from '../gateway/routeExplanation.ts';
import type { Logger } from '../observability/logger.ts';
import { rememberHandedOver } from './handedOver.ts';
import { createWorkerQuestions, type Question } from './workerQuestions.ts';

export interface WorkerPool {
  /** Of those that serve. */
  count(): number;
  broadcast(telling: Telling): void;
  /** What each worker knows now; of one that is busy or has just come, what is known of it so far. */
  reports(): Promise<readonly WorkerReport[]>;
  /** Whether one of them has a service to ask. */
  hasEligible(): Promise<boolean>;
  /** How each worker that is not busy would route a call; none of those that do not know the network. */
  explanations(question: RouteQuestion): Promise<readonly RouteExplanation[]>;
  /** Lets all end: new connections are refused, calls in flight answered. Those still there after the time are killed. */
  close(withinMs: number): Promise<void>;
}

export interface WorkerPoolArgs {
  readonly count: number;
  readonly logger: Logger;
  /** As in force. */
  readonly config: () => WorkerConfig;
  /** All else that a new worker has to know. */
  readonly greeting: () => readonly Telling[];
  /** A page about the whole gateway; null when it cannot be written. */
  readonly onAsk: (asked: PageQuestion) => Promise<Pages[keyof Pages] | null>;
  /** What a worker's calls showed, by this process's clock. */
  readonly onObserved: (calls: readonly ObservedCalls[]) => void;
  /** A worker is gone, with what it last reported if it did. */
  readonly onGone: (why: WorkerEnd, last: WorkerReport | undefined) => void;
  /** Before any worker is begun. */
  readonly onPool: (pool: WorkerPool) => void;
}

export type WorkerEnd = 'died' | 'hung' | 'closed';

interface Member {
  readonly worker: Worker;
  readonly place: number;
  /** Undefined before it listens to what it is told. */
  tell: ((telling: Telling) => void) | undefined;
  /** Looks at it since its last word. */
  silentLooks: number;
  isHung: boolean;
  listeningSince: number | undefined;
  last: WorkerReport | undefined;
  hasEligible: boolean;
}

// Counted in looks, not in time: after this process itself was held up, words are there that it has not read yet.
const LOOK_INTERVAL_MS = 1_000;
const HUNG_AFTER_LOOKS = 10;
// Before it serves it loads code, and those of all workers at once.
const HUNG_AT_START_AFTER_LOOKS = 60;

/**
 * Starts the workers and keeps their number: one that ends is replaced, and one that hangs is ended.
 * @returns the port, once all serve
 * @throws {@link ListenError} {@link WorkerError}
 */
export async function startWorkerPool(args: WorkerPoolArgs): Promise<number> {
  const { logger } = args;
  const members = new Map<number, Member>();
  const questions = createWorkerQuestions();
  const started = Promise.withResolvers<number>();
  let deathsInARow = 0;
  let hasServed = false;
  const allGone = Promise.withResolvers<void>();
  let isClosing = false;

  const floorFile = createFloorFile(args.count);
  cluster.setupPrimary({
    exec: fileURLToPath(import.meta.resolve('./worker.ts')),
    args: [],
    stdio: [...workerStdio(floorFile)],
  });
  const compiled = getCompileCacheDir();
  const changes = createRoutingChanges();

  const outboxTo = (worker: Worker) =>
    createOutbox({
      changes,
      send(message, sent) {
        // One that is about to end has no channel any more.
        if (worker.isConnected()) worker.send(message, sent);
      },
    });

  const begin = (place: number) => {
    // Its own entry is stripped of types before any code of ours could say where compiled code is kept.
    const worker = cluster.fork(compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) });
    const closeHandedOver = rememberHandedOver(worker.process);
    const member: Member = {
      ...{ worker, place, tell: undefined, silentLooks: 0, isHung: false },
      ...{ listeningSince: undefined, last: undefined, hasEligible: false },
    };
    members.set(worker.id, member);
    worker.on('error', (error) => logger.warn({ err: error, worker: worker.id }, 'worker_error'));
    worker.on('message', (message: FromWorker) => void take(member, message));
    worker.once('exit', (code, signal) => {
      closeHandedOver();
      gone(member, code, signal);
    });
  };

  const take = async (member: Member, message: FromWorker) => {
    member.silentLooks = 0;
    switch (message.kind) {
      case 'online': {
        const tell = outboxTo(member.worker);
        member.tell = tell;
        const place = { place: member.place, places: args.count };
        tell({ kind: 'begin', config: args.config(), place });
        for (const news of args.greeting()) tell(news);
        tell({ kind: 'serve' });
        break;
      }
      case 'alive':
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
        member.tell?.({ kind: 'page', id: message.id, page: await args.onAsk(message) });
        break;
      case 'report':
        member.last = message.report;
        questions.answered(member.worker.id, message);
        break;
      case 'observed':
        args.onObserved(inOwnTime(message.calls, clockOrigin(systemClock) - message.clockOrigin));
        break;
      case 'eligible':
        member.hasEligible = message.hasEligible;
        questions.answered(member.worker.id, message);
        break;
      case 'explained':
        questions.answered(member.worker.id, message);
        break;
    }
  };

  const look = () => {
    for (const member of members.values()) {
      const { worker, silentLooks, isHung } = member;
      const patience = isServing(member) ? HUNG_AFTER_LOOKS : HUNG_AT_START_AFTER_LOOKS;
      if (silentLooks >= patience && !isHung) {
        member.isHung = true;
        const silentMs = silentLooks * LOOK_INTERVAL_MS;
        logger.error({ worker: worker.id, pid: worker.process.pid, silentMs }, 'worker_hung');
        worker.process.kill('SIGKILL');
      }
      member.silentLooks += 1;
      member.tell?.({ kind: 'ping' });
    }
  };

  const gone = (member: Member, code: number, signal: string) => {
    const { worker, listeningSince, last } = member;
    members.delete(worker.id);
    args.onGone(member.isHung ? 'hung' : isClosing ? 'closed' : 'died', last);
    questions.gone(worker.id);
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
      if (!isClosing) begin(member.place);
    }, delayMs);
  };

  const askAll = (question: (id: number) => Question) => {
    const serving = [...members.values()].filter(isServing);
    return questions.ask(
      serving.map(({ worker, tell }) => ({ id: worker.id, ask: (asked) => tell?.(asked) })),
      question,
    );
  };

  const pool: WorkerPool = {
    count: () => [...members.values()].filter(isServing).length,
    broadcast(telling) {
      for (const member of members.values()) member.tell?.(telling);
    },
    async reports() {
      await askAll((id) => ({ kind: 'report', id }));
      return Array.from(members.values(), ({ last }) => last).filter((last) => last !== undefined);
    },
    async hasEligible() {
      await askAll((id) => ({ kind: 'eligible', id }));
      return members.values().some((member) => isServing(member) && member.hasEligible);
    },
    explanations: (question) => askAll((id) => ({ kind: 'explain', id, question })),
    async close(withinMs) {
      isClosing = true;
      for (const member of members.values()) {
        if (isServing(member)) member.tell?.({ kind: 'close' });
        // Nobody is served by it yet.
        else member.worker.process.kill('SIGKILL');
      }
      const kill = setTimeout(() => {
        for (const { worker } of members.values()) worker.process.kill('SIGKILL');
      }, withinMs);
      if (members.size === 0) allGone.resolve();
      await allGone.promise;
      clearTimeout(kill);
      clearInterval(looking);
      closeSync(floorFile);
    },
  };

  const looking = setInterval(look, LOOK_INTERVAL_MS);
  args.onPool(pool);
  for (let place = 0; place < args.count; place += 1) begin(place);
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
