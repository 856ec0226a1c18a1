import type { Clock, Random } from '../core/clock.ts';
import type { EndpointStatus } from '../core/endpointStatus.ts';
import type { Ms } from '../core/units.ts';
import {
  answered,
  choose,
  type Fault,
  inGoodStanding,
  isDue,
  left,
  named,
  provenLag,
  type Standing,
  UNKNOWN,
} from './endpointStanding.ts';

/** How each endpoint stands, by its place in the configuration. Says to the log who leaves and who returns. */
export interface EndpointBook {
  /** The best to ask, but for those already tried; undefined when none is left. */
  choose(tried: ReadonlySet<number>): number | undefined;
  leave(index: number, fault: Fault, detail: string, retryAfterMs?: Ms): void;
  saw(index: number, head: bigint): void;
  /** It answered a question on the side as it should; one that is behind stays left. */
  answered(index: number): void;
  /** A look went well with it. */
  used(index: number): void;
  /** May be asked for a second opinion. */
  isGood(index: number): boolean;
  /** Left long enough to be looked at again. */
  isDue(index: number): boolean;
  isLeft(index: number): boolean;
  status(): readonly EndpointStatus[];
}

export interface EndpointLogger {
  info(values: object, event: string): void;
  warn(values: object, event: string): void;
}

export interface EndpointBookOptions {
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: EndpointLogger | undefined;
  /** Once it aborts nobody is blamed any more: what fails then fails because we hang up. */
  readonly closing: AbortSignal;
}

export function createEndpointBook(options: EndpointBookOptions): EndpointBook {
  const { names, clock, random, logger, closing } = options;
  let standings: readonly Standing[] = names.map(() => UNKNOWN);

  function at(index: number): Standing {
    return standings[index] ?? UNKNOWN;
  }

  function set(index: number, standing: Standing): void {
    standings = standings.with(index, standing);
  }

  function leave(index: number, fault: Fault, detail: string, retryAfterMs?: Ms): void {
    if (closing.aborted) return;
    const before = at(index);
    const now = clock.now();
    set(index, left(before, { fault, detail, now, random, retryAfterMs }));
    if (before.state !== fault)
      logger?.warn({ endpoint: names[index], fault, error: detail }, 'settlement_endpoint_left');
  }

  function leaveIfBehind(index: number): boolean {
    const lag = provenLag(standings, index, clock.now());
    if (lag !== undefined) leave(index, 'behind', `${lag} blocks behind`);
    return lag !== undefined;
  }

  function stands(index: number): void {
    const before = at(index);
    set(index, answered(before, clock.now()));
    if (!inGoodStanding(before)) logger?.info({ endpoint: names[index] }, 'settlement_endpoint_returned');
  }

  return {
    choose: (tried) => choose(standings, tried, clock.now()),
    leave,
    saw: (index, head) => set(index, named(standings, index, head, clock.now())),
    answered(index) {
      if (!inGoodStanding(at(index)) && leaveIfBehind(index)) return;
      stands(index);
    },
    used(index) {
      stands(index);
      set(index, { ...at(index), provenHead: at(index).head });
      for (const [other, standing] of standings.entries()) if (inGoodStanding(standing)) leaveIfBehind(other);
    },
    isGood: (index) => at(index).state === 'ok',
    isDue: (index) => isDue(at(index), clock.now()),
    isLeft: (index) => !inGoodStanding(at(index)),
    status: () =>
      standings.map(({ state, head, lastError }, index) => ({
        name: names[index] ?? '',
        state,
        head,
        lastError,
      })),
  };
}
