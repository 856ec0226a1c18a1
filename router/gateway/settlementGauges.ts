import type { SettlementGauges } from '../observability/settlementGauges.ts';
import type { SettlementState } from './settlementState.ts';

/** What the metrics show of the way to the settlement chain. */
export function settlementGauges({ set, status }: SettlementState): SettlementGauges {
  const { backfill } = status;
  return {
    via: status.via,
    loaded: set !== undefined,
    backfill: backfill && {
      ratio: backfill.percent / 100,
      remainingBlocks: Number(backfill.head - backfill.block),
      remainingSeconds: backfill.remainingMs === undefined ? undefined : backfill.remainingMs / 1000,
      events: backfill.events,
    },
    endpoints: status.endpoints.map(({ name, state, head }) => ({
      endpoint: name,
      state,
      head: head === undefined ? undefined : Number(head),
    })),
  };
}
