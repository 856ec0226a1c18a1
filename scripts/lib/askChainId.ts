import { systemClock } from '../../router/core/clock.ts';
import type { RawJson } from '../../router/core/rawJson.ts';
import { ms } from '../../router/core/units.ts';
import type { FailureReason, UpstreamFailure } from '../../router/upstream/outcome.ts';
import { createUpstreamClient } from '../../router/upstream/upstreamClient.ts';

const TIMEOUT_MS = 10_000;
// A right answer has about 50 bytes.
const MAX_ANSWER_BYTES = 64 * 1024;

export type ChainIdAnswer =
  | { readonly ok: true; readonly chainId: bigint }
  /** `why` is our own words, nothing of the endpoint's. */
  | { readonly ok: false; readonly why: string };

const WHY: Readonly<Partial<Record<FailureReason, string>>> = {
  refused: 'nothing listens there',
  reset: 'it broke the connection off',
  timeout: `it did not answer within ${TIMEOUT_MS} ms`,
  dns: 'its name does not resolve',
  tls: 'its TLS certificate is not accepted',
  'private-address': 'its name leads to a private address',
  'too-large': 'its answer is far too long',
  malformed: 'its answer is no JSON-RPC 2.0',
  'wrong-id': "its answer carries another request's id",
  'rpc-error': 'it answers eth_chainId with an error',
};

/** Asks an endpoint for its chain id in the very way in which routers and watchers will. Never rejects. */
export async function askChainId(url: string, allowPrivate: boolean): Promise<ChainIdAnswer> {
  const client = createUpstreamClient({ clock: systemClock, maxResponseBytes: MAX_ANSWER_BYTES });
  const call = { method: 'eth_chainId', params: '[]' as RawJson };
  try {
    const outcome = await client.call({ url, allowPrivate }, call, { timeoutMs: ms(TIMEOUT_MS) });
    if (!outcome.ok) return { ok: false, why: reasonOf(outcome) };
    const id = /^"(0x[0-9a-f]{1,64})"$/i.exec(outcome.result)?.[1];
    return id === undefined
      ? { ok: false, why: 'it answers eth_chainId with something else than a hexadecimal number' }
      : { ok: true, chainId: BigInt(id) };
  } finally {
    await client.close();
  }
}

function reasonOf({ reason, httpStatus }: UpstreamFailure): string {
  if (httpStatus !== undefined && httpStatus !== 200) return `it answered with HTTP status ${httpStatus}`;
  return WHY[reason] ?? 'the request failed';
}
