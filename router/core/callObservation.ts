import type { Ms } from './units.ts';

/**
 * What an answered call of a user's showed of one service that was asked. Nothing of the call itself: neither its
 * method nor what it asked, nor who. Instants are of this process's monotonic clock.
 */
export interface CallObservation {
  readonly startedAt: Ms;
  readonly endedAt: Ms;
  /** Of what is not `ok`, another service answered that very call. */
  readonly outcome: 'ok' | 'failed' | 'timeout';
  readonly latencyMs: Ms;
  /** The height that the service named for its head, when the call was about that. */
  readonly head: number | undefined;
}

/** Whom it is about: an endpoint that moved is another one. */
export interface ObservedService {
  readonly key: string;
  readonly url: string;
}

export interface ObservedCalls {
  readonly service: ObservedService;
  readonly observations: readonly CallObservation[];
}
