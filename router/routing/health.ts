import type { ErrorClass } from '../core/errorClass.ts';
import { type Ms, ms } from '../core/units.ts';
import { type Abilities, NO_ABILITIES } from './abilities.ts';
import {
  type Breaker,
  closedBreaker,
  onCallStart,
  onFailure,
  onNeutral,
  onPollAnswered,
  onSuccess,
} from './breaker.ts';
import type { Head } from './heads.ts';
import { expectedMs, type Latency, observeLatency } from './latency.ts';
import type { RoutingSettings } from './settings.ts';

/** All that is known of a service by experience. Immutable: each event makes a new one. */
export interface Health {
  readonly latency: Latency | undefined;
  readonly breaker: Breaker;
  /** Rate limited until then. */
  readonly heldUntil: Ms;
  readonly inFlight: number;
  readonly calls: number;
  /** Of the calls, those that failed by the service's own fault. */
  readonly failures: number;
  readonly head: Head | undefined;
  /** Highest block that an answer to a user named. It tells what the service has, and nothing about the chain. */
  readonly seenBlock: number;
  readonly chain: 'unverified' | 'verified' | 'wrong';
  /** Polls in a row without an answer. */
  readonly missedPolls: number;
  /** When it joined, or came back: its breaker closed, or a poll was answered after a silence. */
  readonly backAt: Ms;
  readonly abilities: Abilities;
}

// One lost poll is an accident.
const SILENT_AFTER_MISSED_POLLS = 2;

export function isSilent(health: Health): boolean {
  return health.missedPolls >= SILENT_AFTER_MISSED_POLLS;
}

/** @param chain `verified` where a chain's identity cannot be asked for. */
export function freshHealth(
  settings: RoutingSettings,
  now: Ms,
  chain: Health['chain'] = 'unverified',
): Health {
  return {
    latency: undefined,
    breaker: closedBreaker(settings.breaker),
    heldUntil: ms(Number.NEGATIVE_INFINITY),
    inFlight: 0,
    calls: 0,
    failures: 0,
    head: undefined,
    seenBlock: 0,
    chain,
    missedPolls: 0,
    backAt: now,
    abilities: NO_ABILITIES,
  };
}

export type CallResult =
  | { readonly ok: true; readonly latencyMs: Ms }
  | {
      readonly ok: false;
      readonly class: ErrorClass;
      readonly retryAfterMs?: Ms;
      readonly latencyMs: Ms;
    };

export function callStarted(health: Health, now: Ms): Health {
  const breaker = onCallStart(health.breaker, now);
  return { ...health, breaker, inFlight: health.inFlight + 1, calls: health.calls + 1 };
}

// A service that fails fast must not look fast.
const FAILURE_PENALTY_MS = 1_000;

export function callEnded(health: Health, result: CallResult, settings: RoutingSettings, now: Ms): Health {
  const ended = { ...health, inFlight: health.inFlight - 1 };
  if (!result.ok && result.class === 'provider') {
    const latency = observeLatency(health.latency, Math.max(result.latencyMs, FAILURE_PENALTY_MS), now);
    const breaker = onFailure(health.breaker, settings.breaker, now);
    return { ...ended, latency, breaker, failures: health.failures + 1 };
  }
  if (!result.ok && result.class === 'capacity') {
    return { ...ended, ...heldOff(health, result.retryAfterMs, settings, now) };
  }
  // Any other answer is a healthy one, though errors come faster than results and say nothing of speed.
  const latency = result.ok ? observeLatency(health.latency, result.latencyMs, now) : health.latency;
  return { ...ended, latency, ...restored(health, onSuccess(health.breaker, settings.breaker), now) };
}

function restored({ breaker: before, backAt }: Health, breaker: Breaker, now: Ms) {
  return { breaker, backAt: before.kind !== 'closed' && breaker.kind === 'closed' ? now : backAt };
}

/** Nobody waits for the call any more; it was slower than another one, which is all that is known. */
export function callAbandoned(health: Health, elapsedMs: Ms, now: Ms): Health {
  const slower = elapsedMs > expectedMs(health.latency, now);
  return {
    ...health,
    inFlight: health.inFlight - 1,
    latency: slower ? observeLatency(health.latency, elapsedMs, now) : health.latency,
    breaker: onNeutral(health.breaker, now),
  };
}

/** Too many requests are a matter of pace and never of health. */
function heldOff(health: Health, retryAfterMs: Ms | undefined, settings: RoutingSettings, now: Ms) {
  const span = Math.min(retryAfterMs ?? settings.holdOffMs, settings.maxHoldOffMs);
  return { heldUntil: ms(Math.max(health.heldUntil, now + span)), breaker: onNeutral(health.breaker, now) };
}

/** An answer showed that the service has this block. */
export function blockSeen(health: Health, block: number): Health {
  return block > health.seenBlock ? { ...health, seenBlock: block } : health;
}

/** A poll found the head, and what the service says about the chain. */
export function pollAnswered(health: Health, head: Head, chainIdOk: boolean, now: Ms): Health {
  const { breaker, backAt } = restored(health, onPollAnswered(health.breaker, now), now);
  const chain = chainIdOk ? 'verified' : 'wrong';
  return { ...health, head, chain, missedPolls: 0, breaker, backAt: isSilent(health) ? now : backAt };
}

/** A poll found nothing. Only failures by the service's own fault count as silence. */
export function pollFailed(health: Health, errorClass: ErrorClass): Health {
  return errorClass === 'provider' ? { ...health, missedPolls: health.missedPolls + 1 } : health;
}

/** What one more call would cost: the lower the better. */
export function callCost(health: Health, now: Ms): number {
  // Below a millisecond the differences are noise.
  return Math.max(expectedMs(health.latency, now), 1) * (health.inFlight + 1);
}

// Enough calls to learn from, too few to push over a service that has just risen.
const FIRST_SHARE = 0.1;

/** Part of its usual share of the calls: grows from a tenth to all within `slowStartMs` after it joined or came back. */
export function slowStart(health: Health, slowStartMs: Ms, now: Ms): number {
  const part = (now - health.backAt) / slowStartMs;
  // Not a number without any slow start.
  return part < 1 ? Math.max(part, FIRST_SHARE) : 1;
}
