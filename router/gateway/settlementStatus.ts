import type { EndpointStatus } from '../core/endpointStatus.ts';
import { redactUrls } from '../core/redactUrls.ts';
import type { BackfillProgress, ProviderSource, SourceStatus } from '../registry/providerSource.ts';
import type { SettlementState } from './settlementState.ts';

/** The settlement chain on the page `/status`. Null is "not known". */
export interface SettlementStatus {
  readonly chainId: number;
  /** Whose set is in use: not the configured one once a successor has taken over. */
  readonly registry: string;
  /** As configured. */
  readonly source: ProviderSource['kind'];
  /** Where the set in use came from: a `graphql` source falls back to the chain. */
  readonly via: NonNullable<SourceStatus['via']> | null;
  readonly state: SourceStatus['state'];
  readonly ageMs: number;
  readonly block: number | null;
  readonly blockTimestamp: number | null;
  readonly lastError: string | null;
  /** The registry that has replaced this one and waits to take over. */
  readonly successor: string | null;
  /** Null once all that was missed is read. */
  readonly backfill: BackfillStatus | null;
  readonly endpoints: readonly {
    readonly name: string;
    readonly state: EndpointStatus['state'];
    readonly head: number | null;
    readonly lastError: string | null;
  }[];
}

export interface BackfillStatus {
  readonly fromBlock: number;
  readonly block: number;
  readonly head: number;
  readonly events: number;
  readonly percent: number;
  readonly remainingMs: number | null;
}

export function settlementStatus({ chainId, source, set, status }: SettlementState): SettlementStatus {
  return {
    chainId,
    registry: status.registry,
    source,
    via: status.via ?? null,
    state: status.state,
    ageMs: Math.round(status.ageMs),
    block: set ? Number(set.block.number) : null,
    blockTimestamp: set?.block.timestamp ?? null,
    lastError: shown(status.lastError),
    successor: set?.successor ?? null,
    backfill: status.backfill ? backfillStatus(status.backfill) : null,
    endpoints: status.endpoints.map(({ name, state, head, lastError }) => ({
      name,
      state,
      head: head === undefined ? null : Number(head),
      lastError: shown(lastError),
    })),
  };
}

export function backfillStatus(progress: BackfillProgress): BackfillStatus {
  const { fromBlock, block, head, events, percent, remainingMs } = progress;
  return {
    fromBlock: Number(fromBlock),
    block: Number(block),
    head: Number(head),
    events,
    // Rounded down: 100 is said only when it is so.
    percent: Math.floor(percent * 10) / 10,
    remainingMs: remainingMs === undefined ? null : Math.round(remainingMs),
  };
}

function shown(error: string | undefined): string | null {
  return error === undefined ? null : redactUrls(error);
}
