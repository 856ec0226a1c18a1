import { createPublicClient, fallback, http, type PublicClient } from 'viem';
import { DinError } from '../core/dinError.ts';

// Long enough for a slow node's log query, short enough that a hung endpoint is left before people notice.
const REQUEST_TIMEOUT_MS = 10_000;
const RETRY_COUNT = 2;
const RETRY_DELAY_MS = 150;
// For viem's own waiting actions; blocks of a development chain come every second.
const POLLING_INTERVAL_MS = 500;

export interface SettlementClientOptions {
  /** Tried in this order; the next one answers when one fails. At least one. */
  readonly rpcUrls: readonly string[];
  readonly timeoutMs?: number;
}

/**
 * A read client of the settlement chain over one or more endpoints. Connects to nothing by itself.
 * @throws {@link NoSettlementEndpointError} when there is no endpoint or one is not an http(s) URL.
 */
export function createSettlementClient({ rpcUrls, timeoutMs }: SettlementClientOptions): PublicClient {
  if (rpcUrls.length === 0) throw new NoSettlementEndpointError('no settlement endpoint is given');
  const transports = rpcUrls.map((url, index) => {
    if (!isHttpUrl(url))
      throw new NoSettlementEndpointError(`settlement endpoint ${index + 1} is no http(s) URL`);
    return http(url, { timeout: timeoutMs ?? REQUEST_TIMEOUT_MS });
  });
  return createPublicClient({
    transport: fallback(transports, { retryCount: RETRY_COUNT, retryDelay: RETRY_DELAY_MS }),
    pollingInterval: POLLING_INTERVAL_MS,
    // A cached block number would answer for a block that has passed.
    cacheTime: 0,
  });
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}

export class NoSettlementEndpointError extends DinError {
  readonly code = 'NO_SETTLEMENT_ENDPOINT';
}
