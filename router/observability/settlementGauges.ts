import type { EndpointStatus } from '../core/endpointStatus.ts';
import type { DeclareGauge } from './gauge.ts';

export interface SettlementGauges {
  /** Undefined before the first set. */
  readonly via: 'chain' | 'graphql' | 'checkpoint' | undefined;
  readonly loaded: boolean;
  /** While much is still to be read. */
  readonly backfill:
    | {
        readonly ratio: number;
        readonly remainingBlocks: number;
        readonly remainingSeconds: number | undefined;
        readonly events: number;
      }
    | undefined;
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly state: EndpointStatus['state'];
    readonly head: number | undefined;
  }[];
}

const VIAS = ['chain', 'graphql', 'checkpoint'] as const;
const STATES: readonly EndpointStatus['state'][] = [
  'unknown',
  'ok',
  'down',
  'behind',
  'wrongChain',
  'missingLogs',
];

/** Without a settlement chain none of them has a series. */
export function declareSettlementGauges(declare: DeclareGauge<SettlementGauges | undefined>): void {
  declare('din_provider_set_source', '1 at where the set in use came from', ['via'], (set, settlement) => {
    if (settlement) for (const via of VIAS) set({ via }, via === settlement.via ? 1 : 0);
  });
  declare(
    'din_settlement_backfill_ratio',
    'Share of the missed blocks that is read; 1 once all are',
    [],
    (set, settlement) => {
      if (settlement) set({}, settlement.backfill?.ratio ?? (settlement.loaded ? 1 : 0));
    },
  );
  declare(
    'din_settlement_backfill_remaining_blocks',
    'Settlement blocks still to be read',
    [],
    (set, settlement) => {
      if (settlement?.backfill) set({}, settlement.backfill.remainingBlocks);
    },
  );
  declare(
    'din_settlement_backfill_remaining_seconds',
    'Until all missed blocks are read, at the speed so far',
    [],
    (set, settlement) => {
      const seconds = settlement?.backfill?.remainingSeconds;
      if (seconds !== undefined) set({}, seconds);
    },
  );
  declare(
    'din_settlement_backfill_events',
    'Events found in the missed blocks so far',
    [],
    (set, settlement) => {
      if (settlement?.backfill) set({}, settlement.backfill.events);
    },
  );
  declare(
    'din_settlement_endpoint_up',
    '1 when the endpoint is in good standing; none before it was first asked',
    ['endpoint'],
    (set, settlement) => {
      for (const { endpoint, state } of settlement?.endpoints ?? []) {
        if (state !== 'unknown') set({ endpoint }, state === 'ok' ? 1 : 0);
      }
    },
  );
  declare(
    'din_settlement_endpoint_state',
    '1 at the state the endpoint is in',
    ['endpoint', 'state'],
    (set, settlement) => {
      for (const { endpoint, state: current } of settlement?.endpoints ?? []) {
        for (const state of STATES) set({ endpoint, state }, state === current ? 1 : 0);
      }
    },
  );
  declare(
    'din_settlement_endpoint_head_block',
    'Newest block the endpoint knew',
    ['endpoint'],
    (set, settlement) => {
      for (const { endpoint, head } of settlement?.endpoints ?? []) {
        if (head !== undefined) set({ endpoint }, head);
      }
    },
  );
}
