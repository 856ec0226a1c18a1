import { CAPABILITY_BITS } from '../core/capability.ts';
import { encodeJson, type RawJson } from '../core/rawJson.ts';
import type { Finding } from '../routing/abilities.ts';
import { methodTraits } from '../routing/methods.ts';
import { type Question, questionOf } from '../routing/question.ts';

/** A call that costs a node little and whose answer shows what it can. */
export interface AbilityProbe {
  readonly question: Question;
  readonly params: RawJson;
}

const { archive, trace, debug, txpool, proof } = CAPABILITY_BITS;
const ZERO = `0x${'0'.repeat(40)}`;
// Of a contract that writes no logs: what is searched is all that it costs.
const SILENT_CONTRACT = `0x${'0'.repeat(39)}1`;
// Block 1 has few transactions on most chains, or none. Where its state is pruned, the node says so, and has the method.
const EARLY = '0x1';

// Methods that come first where a namespace is offered at all.
const OF_CAPABILITY: readonly (readonly [number, string, readonly unknown[]])[] = [
  [txpool, 'txpool_status', []],
  [proof, 'eth_getProof', [ZERO, [], 'latest']],
  [trace, 'trace_block', [EARLY]],
  [debug, 'debug_traceBlockByNumber', [EARLY, { tracer: 'callTracer' }]],
];

/**
 * Of all services: old state, where the chain is long enough to have any, and a long query for logs. Of the rest what a
 * service declares.
 * @param head the network's
 */
export function probesFor(declared: number, head: number): AbilityProbe[] {
  const ofState = probe('eth_getBalance', [ZERO, EARLY], head);
  const probes = (ofState.question.capabilities & archive) !== 0 ? [ofState] : [];
  for (const [bit, method, params] of OF_CAPABILITY) {
    if ((declared & bit) === 0) continue;
    const { question, ...rest } = probe(method, params, head);
    // That its state is pruned says nothing about the method.
    probes.push({ ...rest, question: { ...question, capabilities: bit, depth: 0 } });
  }
  return [...probes, ...logQuery(LONGEST_QUERY, head)];
}

// Most vendors' limit, and a moment's work for a node. Less than the least is for users' queries to find.
const LONGEST_QUERY = 10_000;
const LEAST_QUERY = 300;
// A service may be a little behind the agreed head.
const BEHIND = 16;

/** After a query for logs that was refused without saying what would not be: one half as long. */
export function shorterQuery(finding: Finding, head: number): AbilityProbe | undefined {
  if (finding.able || finding.lack !== 'range' || finding.logLimit !== undefined) return undefined;
  const half = Math.floor(finding.question.logBlocks / 2);
  return half < LEAST_QUERY ? undefined : logQuery(half, head)[0];
}

/** A query for logs that finds none. */
function logQuery(most: number, head: number): AbilityProbe[] {
  const last = head - BEHIND;
  const blocks = Math.min(most, last + 1);
  if (blocks < LEAST_QUERY) return [];
  const filter = { address: SILENT_CONTRACT, fromBlock: hex(last - blocks + 1), toBlock: hex(last) };
  return [probe('eth_getLogs', [filter], head)];
}

function probe(method: string, params: readonly unknown[], head: number): AbilityProbe {
  const raw = encodeJson(params);
  return { question: questionOf(method, raw, methodTraits(method), head), params: raw };
}

function hex(number: number): string {
  return `0x${number.toString(16)}`;
}
