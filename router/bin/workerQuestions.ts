import type { FromWorker, ToWorker } from '../gateway/cluster/messages.ts';
import type { RouteExplanation } from '../gateway/routeExplanation.ts';

export type Question = Extract<ToWorker, { readonly kind: 'report' | 'eligible' | 'explain' }>;
export type QuestionAnswer = Extract<FromWorker, { readonly kind: 'report' | 'eligible' | 'explained' }>;

export interface AskedWorker {
  readonly id: number;
  ask(question: Question): void;
}

/** Questions that all workers are asked at once. */
export interface WorkerQuestions {
  /** Until all have answered, are gone, or the time is over; with the explanations that they gave. */
  ask(
    workers: readonly AskedWorker[],
    question: (id: number) => Question,
  ): Promise<readonly RouteExplanation[]>;
  answered(worker: number, answer: QuestionAnswer): void;
  gone(worker: number): void;
}

interface Waiting {
  readonly kind: Question['kind'];
  /** Those who have not answered. */
  readonly left: Set<number>;
  readonly done: () => void;
  /** Of those who have. */
  readonly explanations: RouteExplanation[];
}

// A page waits no longer for a worker that is busy.
const TIMEOUT_MS = 1_000;

export function createWorkerQuestions(): WorkerQuestions {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  const settle = ({ left, done }: Waiting, worker: number) => {
    if (left.delete(worker) && left.size === 0) done();
  };

  return {
    async ask(workers, question) {
      lastId += 1;
      const id = lastId;
      const explanations: RouteExplanation[] = [];
      if (workers.length === 0) return explanations;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, TIMEOUT_MS);
      const left = new Set(workers.map((worker) => worker.id));
      const asked = question(id);
      waiting.set(id, { kind: asked.kind, left, done: resolve, explanations });
      for (const worker of workers) worker.ask(asked);
      await promise;
      clearTimeout(timer);
      waiting.delete(id);
      return explanations;
    },
    answered(worker, answer) {
      if (answer.kind === 'explained') {
        const asked = waiting.get(answer.id);
        if (answer.answer.kind === 'explained') asked?.explanations.push(answer.answer.explanation);
        if (asked) settle(asked, worker);
        return;
      }
      // What a worker knows now is also the answer to whoever asked before: of those questions only the last may reach it.
      for (const [id, asked] of waiting) {
        if (asked.kind === answer.kind && id <= answer.id) settle(asked, worker);
      }
    },
    gone(worker) {
      for (const asked of waiting.values()) settle(asked, worker);
    },
  };
}
