import { CAPABILITY_BITS } from '../core/capability.ts';

/**
 * How often a call may be executed:
 * - `read`: any number of times, by any service
 * - `send`: a signed transaction: by several services at once, the chain takes it once
 * - `once`: changes the state of a node or chain in another way: never again after it may have been executed
 */
export type MethodKind = 'read' | 'send' | 'once';

export interface MethodTraits {
  readonly kind: MethodKind;
  /** Bitmap of what a service must offer, see core/capability. */
  readonly capabilities: number;
}

/** Any method, known or not: an unknown one is a read that full nodes answer, unless its name says that it acts. */
export function methodTraits(method: string): MethodTraits {
  return { kind: kindOf(method), capabilities: capabilitiesOf(method) };
}

// What may cost a node much, whatever its parameters.
const HEAVY_READS: ReadonlySet<string> = new Set([
  'eth_getLogs',
  'eth_getBlockReceipts',
  'eth_simulateV1',
  'eth_createAccessList',
]);

/** A read that any full node answers for little, as far as its name tells. */
export function isCheap(method: string): boolean {
  const { kind, capabilities } = methodTraits(method);
  return kind === 'read' && capabilities === CAPABILITY_BITS.full && !HEAVY_READS.has(method);
}

// What a node knows anyway, or finds with one look.
const ALWAYS_CHEAP: ReadonlySet<string> = new Set([
  'eth_blockNumber',
  'eth_chainId',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getCode',
  'eth_getStorageAt',
  'eth_getTransactionCount',
  'net_version',
]);

/** Cheap whatever its parameters: how long it takes, and that it fails, is the service's doing and not the caller's. */
export function isAlwaysCheap(method: string): boolean {
  return ALWAYS_CHEAP.has(method);
}

// Namespaces whose methods act on the node itself.
const ACTING_NAMESPACE =
  /^(?:personal|miner|admin|engine|hardhat|anvil|evm|clique|author|broadcast)_|^parity_set/;
// Filters and subscriptions live on one node; asking for changes consumes them.
const ACTING_VERB =
  /^(?:send|submit|broadcast|sign|set|new|add|remove|delete|create(?!AccessList)|import|unlock|lock|start|stop|write|install|uninstall|getFilterChanges|getWork|subscribe|unsubscribe|rewind|drop|mine|increase|cancel|request)(?![a-z])/;

function kindOf(method: string): MethodKind {
  if (method === 'eth_sendRawTransaction') return 'send';
  if (ACTING_NAMESPACE.test(method)) return 'once';
  return ACTING_VERB.test(method.slice(method.indexOf('_') + 1)) ? 'once' : 'read';
}

const BY_NAMESPACE: ReadonlyMap<string, number> = new Map([
  ['trace', CAPABILITY_BITS.trace],
  ['debug', CAPABILITY_BITS.debug],
  ['txpool', CAPABILITY_BITS.txpool],
]);

const BY_METHOD: ReadonlyMap<string, number> = new Map([
  ['eth_getProof', CAPABILITY_BITS.proof],
  ['eth_subscribe', CAPABILITY_BITS.websocket],
  ['eth_unsubscribe', CAPABILITY_BITS.websocket],
]);

function capabilitiesOf(method: string): number {
  const namespace = method.slice(0, Math.max(0, method.indexOf('_')));
  return BY_METHOD.get(method) ?? BY_NAMESPACE.get(namespace) ?? CAPABILITY_BITS.full;
}
