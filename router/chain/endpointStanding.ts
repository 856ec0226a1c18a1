import type { Random } from '../core/clock.ts';
import type { EndpointStatus } from '../core/endpointStatus.ts';
import { type Ms, ms } from '../core/units.ts';

/** Why an endpoint is left for a while. */
export type Fault = Exclude<EndpointStatus['state'], 'unknown' | 'ok'>;

/** What is known of one endpoint. Immutable. */
export interface Standing {
  readonly state: EndpointStatus['state'];
  /** As it last said. */
  readonly head: bigint | undefined;
  /** What it showed in a look that went well: the only heads that make other endpoints look old. */
  readonly provenHead: bigint | undefined;
  /** More than a few blocks behind another's head since then. */
  readonly laggingSince: Ms | undefined;
  readonly lastError: string | undefined;
  /** Times left, as long as it did not stand well for the length of a back-off in between. */
  readonly strikes: number;
  readonly backOffMs: Ms;
  /** In this state, or asked in vain, since. */
  readonly since: Ms;
  /** Left until it is looked at again. */
  readonly backAt: Ms;
  /** Left until it may be tried when nothing better is at hand. */
  readonly lastResortAt: Ms;
}

export const UNKNOWN: Standing = {
  state: 'unknown',
  head: undefined,
  provenHead: undefined,
  laggingSince: undefined,
  lastError: undefined,
  strikes: 0,
  backOffMs: ms(0),
  since: ms(0),
  backAt: ms(0),
  lastResortAt: ms(0),
};

// What fails for a moment may be back in a moment; what lies, or serves another chain, needs its operator.
const FIRST_BACK_OFF_MS: Record<Fault, number> = {
  down: 1_000,
  behind: 5_000,
  wrongChain: 30_000,
  missingLogs: 60_000,
};
const MAX_BACK_OFF_MS: Record<Fault, number> = {
  down: 30_000,
  behind: 60_000,
  wrongChain: 300_000,
  missingLogs: 1_800_000,
};
// With no other left, a shorter wait: an old set costs more than a request.
const LAST_RESORT_MS = 1_000;
// What an endpoint asks for is respected within reason.
const MAX_RETRY_AFTER_MS = 600_000;
// Nodes of one chain differ by a block or two at any time; this many, for this long, is more than chance.
const MAX_LAG_BLOCKS = 3n;
const LAG_GRACE_MS = 3_000;

export interface Leaving {
  readonly fault: Fault;
  readonly detail: string;
  readonly now: Ms;
  readonly random: Random;
  /** The endpoint's own wish. */
  readonly retryAfterMs?: Ms | undefined;
}

/** Left, for longer each time. */
export function left(standing: Standing, leaving: Leaving): Standing {
  const { fault, detail, now, random, retryAfterMs = ms(0) } = leaving;
  const strikes = stoodWell(standing, now) ? 1 : standing.strikes + 1;
  const full = Math.min(FIRST_BACK_OFF_MS[fault] * 2 ** (strikes - 1), MAX_BACK_OFF_MS[fault]);
  // Routers that lost an endpoint together do not return to it together.
  const backOffMs = ms(full * (0.75 + random() / 4));
  const wished = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const backAt = ms(now + Math.max(backOffMs, wished));
  // An old set is better than a wrong one: what lied is no last resort.
  const soon = fault === 'missingLogs' ? backOffMs : Math.min(backOffMs, LAST_RESORT_MS);
  const lastResortAt = ms(now + Math.max(soon, wished));
  return {
    ...standing,
    ...{ state: fault, lastError: detail, provenHead: undefined, laggingSince: undefined },
    ...{ strikes, backOffMs, since: now, backAt, lastResortAt },
  };
}

/** It answered as it should. */
export function answered(standing: Standing, now: Ms): Standing {
  if (standing.state === 'ok') return standing;
  return { ...standing, state: 'ok', lastError: undefined, since: now };
}

export function inGoodStanding({ state }: Standing): boolean {
  return state === 'ok' || state === 'unknown';
}

/** Left, and due to be looked at again. */
export function isDue(standing: Standing, now: Ms): boolean {
  return !inGoodStanding(standing) && now >= standing.backAt;
}

function stoodWell({ state, since, backOffMs }: Standing, now: Ms): boolean {
  return state === 'ok' && now - since >= backOffMs;
}

/**
 * It named its head. Compared with the others' only now: an endpoint that is asked seldom always looks old next to one
 * that was asked just now.
 */
export function named(standings: readonly Standing[], index: number, head: bigint, now: Ms): Standing {
  const standing = standings[index] ?? UNKNOWN;
  const best = highest(standings.filter(inGoodStanding).map((other) => other.head));
  const lags = inGoodStanding(standing) && lagOf(head, best) > MAX_LAG_BLOCKS;
  return { ...standing, head, laggingSince: lags ? (standing.laggingSince ?? now) : undefined };
}

/**
 * How many blocks the endpoint is behind what others showed in use; undefined when that is no more than chance. One
 * that has only just fallen behind is given a moment, one that wants to return is not.
 */
export function provenLag(standings: readonly Standing[], index: number, now: Ms): bigint | undefined {
  const standing = standings[index];
  if (standing === undefined || (inGoodStanding(standing) && !isLagging(standing, now))) return undefined;
  const proven = highest(
    standings.filter((other, at) => at !== index && inGoodStanding(other)).map((other) => other.provenHead),
  );
  const lag = lagOf(standing.head, proven);
  return lag > MAX_LAG_BLOCKS ? lag : undefined;
}

/**
 * The endpoint to ask next, by its place; undefined when none is left. Those in good standing come first, in the order
 * of the configuration; among them those that have answered before those that have not, and last those that seem to
 * lag: a head alone is a claim, and only use proves it.
 */
export function choose(
  standings: readonly Standing[],
  tried: ReadonlySet<number>,
  now: Ms,
): number | undefined {
  const untried = [...standings.entries()].filter(([index]) => !tried.has(index));
  const good = untried.filter(([, standing]) => inGoodStanding(standing));
  const [first] = [
    ...good.filter(([, standing]) => standing.state === 'ok' && !isLagging(standing, now)),
    ...good,
    ...untried.filter(([, standing]) => now >= standing.lastResortAt),
  ];
  return first?.[0];
}

export function isLagging({ laggingSince }: Standing, now: Ms): boolean {
  return laggingSince !== undefined && now - laggingSince >= LAG_GRACE_MS;
}

function lagOf(head: bigint | undefined, best: bigint | undefined): bigint {
  return head === undefined || best === undefined ? 0n : best - head;
}

function highest(heads: readonly (bigint | undefined)[]): bigint | undefined {
  return heads.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
}
