import type { Clock } from '../../core/clock.ts';
import type { ClientCall } from '../../core/jsonRpc.ts';
import { type Ms, ms } from '../../core/units.ts';
import { createClient } from '../client.ts';
import type { Answer, Attempt, ForwardOptions, NetworkRouter } from '../networkRouter.ts';
import { createAttemptLog } from './attemptLog.ts';

/** What a query for logs needs of its network. */
export type LogRouter = Pick<NetworkRouter, 'slug' | 'forward' | 'agreedHead' | 'logBlocks'>;

/** All calls to services that one user's query takes: they share its deadline, and end with its client. */
export interface LogRun {
  readonly router: LogRouter;
  /** Asks the services within what is left of the time. */
  ask(call: ClientCall): Promise<PartAnswer>;
  remainingMs(): Ms;
  /** Nobody waits any more: the client has left, or the run was ended. */
  isOver(): boolean;
  /** Resolves after this time, or when the run is over. */
  pause(forMs: number): Promise<void>;
  /** Breaks off all that still runs. */
  end(): void;
  /** As many as are told, those that decided the answer among them. */
  attempts(deciding?: readonly Attempt[]): readonly Attempt[];
  /** How often services were asked. */
  asked(): number;
}

export interface PartAnswer {
  readonly answer: Answer;
  /** How many were asked for before. */
  readonly part: number;
  /** The answer's, by the time of the whole run. */
  readonly attempts: readonly Attempt[];
}

export interface LogRunArgs {
  readonly router: LogRouter;
  readonly options: ForwardOptions;
  readonly clock: Clock;
  readonly beganAt: Ms;
  /** To the query as the user sent it, when it was asked for first. */
  readonly whole?: Answer | undefined;
}

export function createLogRun({ router, options, clock, beganAt, whole }: LogRunArgs): LogRun {
  const { session } = options;
  const endsAt = beganAt + options.deadlineMs;
  const log = createAttemptLog();
  let asked = 0;
  if (whole !== undefined) {
    log.add(whole.attempts, 0, asked);
    asked += 1;
  }
  // A client of its own, so that what is left of the run can be broken off, and nothing of it stays with the request.
  let client = createClient('', session);
  const end = () => {
    client.leave();
    client = GONE;
  };
  options.client?.onGone(end);
  const remainingMs = () => ms(endsAt - clock.now());

  return {
    router,
    remainingMs,
    async ask(call) {
      const part = asked;
      asked += 1;
      const afterMs = clock.now() - beganAt;
      const answer = await router.forward(call, { deadlineMs: remainingMs(), client, session });
      return { answer, part, attempts: log.add(answer.attempts, afterMs, part) };
    },
    isOver: () => client.isGone(),
    pause(forMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, forMs);
      client.onGone(() => {
        clearTimeout(timer);
        resolve();
      });
      return promise;
    },
    end,
    attempts: log.told,
    asked: () => asked,
  };
}

const GONE = createClient('');
GONE.leave();
