import type { SourceStatus } from '../registry/providerSource.ts';
import type { SettlementState } from './settlementState.ts';
import { type BackfillStatus, backfillStatus } from './settlementStatus.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  /** The provider set in use and how fresh it is; null when there is no settlement chain. */
  readonly set: {
    readonly state: SourceStatus['state'];
    readonly ageMs: number;
    readonly block: number | null;
    readonly via: NonNullable<SourceStatus['via']> | null;
    /** Only while much is still to be read. */
    readonly backfill?: BackfillStatus;
  } | null;
}

/** Whether a load balancer should send users here. A set that grew old still serves: it is not a reason. */
export function readiness(state: {
  readonly draining: boolean;
  /** Undefined when there is no settlement chain. */
  readonly settlement: Pick<SettlementState, 'set' | 'status'> | undefined;
  readonly hasEligible: boolean;
}): Readiness {
  const { settlement } = state;
  const reasons: string[] = [];
  if (state.draining) reasons.push('draining');
  if (settlement && !settlement.set) reasons.push(`provider set not loaded${howFar(settlement.status)}`);
  if (!state.hasEligible) reasons.push('no eligible service');
  return { ready: reasons.length === 0, reasons, set: settlement ? shownSet(settlement) : null };
}

function howFar({ backfill }: SourceStatus): string {
  return backfill ? `: ${Math.floor(backfill.percent)} % of the settlement blocks read` : '';
}

function shownSet({ set, status }: Pick<SettlementState, 'set' | 'status'>): Readiness['set'] {
  return {
    state: status.state,
    ageMs: Math.round(status.ageMs),
    block: set ? Number(set.block.number) : null,
    via: status.via ?? null,
    ...(status.backfill && { backfill: backfillStatus(status.backfill) }),
  };
}
