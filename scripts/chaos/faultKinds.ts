import type { FaultRequest } from '../devnet/fault.ts';

/** One way of failing. */
export interface FaultKind {
  readonly name: string;
  readonly fault: FaultRequest;
  /** Where the provider says that it can be reached meanwhile, made of its usual `http://` URL. */
  readonly move?: (url: string) => string;
}

// Where a provider of another chain's node is reached.
const OTHER_CHAIN_PATH = '/other-chain';
const OTHER_CHAIN_ID = 31_338;

export const FAULT_KINDS: readonly FaultKind[] = [
  { name: 'refused', fault: { mode: 'refuse' } },
  { name: 'killed mid-answer', fault: { mode: 'kill' } },
  { name: 'hang before headers', fault: { mode: 'hang' } },
  { name: 'hang after headers', fault: { mode: 'hangBody' } },
  { name: 'slow drip', fault: { mode: 'drip' } },
  { name: 'reset', fault: { mode: 'reset' } },
  { name: 'cut mid-body', fault: { mode: 'drop' } },
  { name: '500', fault: { mode: 'status500' } },
  { name: '502 HTML', fault: { mode: 'status502' } },
  { name: '200 HTML', fault: { mode: 'html' } },
  { name: '429 with Retry-After', fault: { mode: 'status429', retryAfterSeconds: 2 } },
  { name: 'wrong id', fault: { mode: 'wrongId' } },
  { name: 'truncated JSON', fault: { mode: 'truncated' } },
  {
    name: 'wrong chain id',
    fault: { mode: 'wrong', chainId: OTHER_CHAIN_ID, path: OTHER_CHAIN_PATH },
    move: (url) => `${url}${OTHER_CHAIN_PATH}`,
  },
  { name: 'stuck head', fault: { mode: 'behind' } },
  { name: 'head far ahead', fault: { mode: 'ahead' } },
  { name: 'null for known blocks', fault: { mode: 'forgets' } },
  { name: 'giant body', fault: { mode: 'giant' } },
  { name: 'gzip bomb', fault: { mode: 'bomb' } },
  { name: 'TLS failure', fault: { mode: 'tls' }, move: (url) => url.replace('http:', 'https:') },
];
