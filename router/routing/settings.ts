import { type Ms, ms, seconds } from '../core/units.ts';
import type { BreakerSettings } from './breaker.ts';

export interface RoutingSettings {
  /** Services tried for one call at most. Generous: the deadline is the bound that users feel, and a call may fail only
   * when every eligible service has. */
  readonly maxAttempts: number;
  /** A service silent for this long is joined by the next one and, when that one answers first, blamed. Until then it
   * goes on: a heavy call may take up to the deadline. */
  readonly stallMs: Ms;
  /** A hedge never starts earlier than this, however fast the service usually is. */
  readonly minHedgeDelayMs: Ms;
  /** Share of reads that may start a hedge before `stallMs`. */
  readonly hedgeShare: number;
  /** Services that a raw transaction is sent to at once. */
  readonly sendFanout: number;
  /** A service further behind the agreed head is not eligible. Blocks. */
  readonly maxLagBlocks: number;
  /** A head that jumps further beyond the agreed one between two polls is not believed. Blocks. */
  readonly maxHeadJump: number;
  /** Hold-off after a 429 without Retry-After. */
  readonly holdOffMs: Ms;
  /** Longest Retry-After that is honoured: a stranger chooses it. */
  readonly maxHoldOffMs: Ms;
  /** A service that came back, or is new, gets its whole share of the calls only after this time. */
  readonly slowStartMs: Ms;
  readonly breaker: BreakerSettings;
}

export const DEFAULT_ROUTING: RoutingSettings = {
  maxAttempts: 16,
  stallMs: seconds(2),
  minHedgeDelayMs: ms(300),
  hedgeShare: 0.1,
  sendFanout: 3,
  maxLagBlocks: 10,
  maxHeadJump: 64,
  holdOffMs: seconds(1),
  maxHoldOffMs: seconds(60),
  slowStartMs: seconds(15),
  breaker: { consecutiveFailures: 5, failureRate: 0.5, openMs: seconds(1), maxOpenMs: seconds(60) },
};
