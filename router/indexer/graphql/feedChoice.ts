import { type Ms, ms } from '../../core/units.ts';

// An indexer that restarts is back soon; one that stays away is not worth a request more often than that.
const MIN_RETRY_MS = ms(1_000);
const MAX_RETRY_MS = ms(30_000);

/** Which way the set is learnt at present. */
export interface FeedChoice {
  readonly way: 'graphql' | 'chain';
  readonly since: Ms;
  /** When the indexer was last found wanting. */
  readonly failedAt: Ms;
  /** How long it is left alone after that. */
  readonly retryMs: Ms;
}

/** What a look at the indexer has shown. */
export type IndexerSeen =
  | { readonly kind: 'answered'; readonly head: bigint }
  | { readonly kind: 'failed'; readonly error: string };

export type LeaveReason =
  | { readonly reason: 'failed'; readonly error: string }
  | { readonly reason: 'behind'; readonly behindBlocks: number };

export interface ChoiceRules {
  readonly maxBehindBlocks: number;
  /** The settlement chain's newest block, as last seen; undefined when it cannot be seen. */
  readonly chainHead: bigint | undefined;
  readonly now: Ms;
}

/** By the indexer, until it is found wanting. */
export function firstChoice(now: Ms): FeedChoice {
  return { way: 'graphql', since: now, failedAt: now, retryMs: MIN_RETRY_MS };
}

/** Whether the indexer is to be looked at now. */
export function asksIndexer({ way, failedAt, retryMs }: FeedChoice, now: Ms): boolean {
  return way === 'graphql' || now - failedAt >= retryMs;
}

/** Why the indexer cannot be relied on; undefined when it can. */
export function wanting(seen: IndexerSeen, rules: Omit<ChoiceRules, 'now'>): LeaveReason | undefined {
  if (seen.kind === 'failed') return { reason: 'failed', error: seen.error };
  // Nobody to compare with: what the indexer has is the best there is.
  if (rules.chainHead === undefined) return undefined;
  const behindBlocks = Number(rules.chainHead - seen.head);
  return behindBlocks > rules.maxBehindBlocks ? { reason: 'behind', behindBlocks } : undefined;
}

/** The choice after a look at the indexer. */
export function choose(choice: FeedChoice, seen: IndexerSeen, rules: ChoiceRules): FeedChoice {
  const { now } = rules;
  if (wanting(seen, rules) === undefined) {
    return choice.way === 'graphql' ? choice : { ...choice, way: 'graphql', since: now };
  }
  if (choice.way === 'chain') return { ...choice, failedAt: now, retryMs: longer(choice.retryMs) };
  // One that comes and goes is believed less each time, until it has stayed for a while.
  const stayed = now - choice.since >= MAX_RETRY_MS;
  const retryMs = stayed ? MIN_RETRY_MS : longer(choice.retryMs);
  return { way: 'chain', since: now, failedAt: now, retryMs };
}

function longer(retryMs: Ms): Ms {
  return ms(Math.min(2 * retryMs, MAX_RETRY_MS));
}
