import type { SettlementEndpoint } from '../chain/settlementEndpoints.ts';

/** What reading has shown about a chain and its nodes. One for all readers of a chain, whatever the endpoint. */
export interface ChainQuirks {
  /** Whether headers' blooms name the logs; some chains (zkSync-like) leave them empty. */
  bloomsUsable(): boolean;
  /** Said to the log once. */
  bloomsProvedUnusable(block: bigint): void;
  /** Whether the endpoint refused to name the final block. */
  refusesFinal(endpoint: SettlementEndpoint): boolean;
  finalRefused(endpoint: SettlementEndpoint): void;
}

export interface QuirksLogger {
  warn(values: object, event: string): void;
}

export function createChainQuirks(logger?: QuirksLogger): ChainQuirks {
  const withoutFinal = new WeakSet<SettlementEndpoint>();
  let usable = true;
  return {
    bloomsUsable: () => usable,
    bloomsProvedUnusable(block) {
      if (usable) logger?.warn({ block: String(block) }, 'settlement_bloom_unusable');
      usable = false;
    },
    refusesFinal: (endpoint) => withoutFinal.has(endpoint),
    finalRefused: (endpoint) => void withoutFinal.add(endpoint),
  };
}
