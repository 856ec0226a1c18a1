import { type ClientCall, NULL_ID } from '../../core/jsonRpc.ts';
import { eachMember, encodeJson, type RawJson } from '../../core/rawJson.ts';
import { blockNumber } from '../../routing/requestedBlock.ts';
import { type BlockSpan, blocksIn } from './blockSpan.ts';
import type { LogBound, LogQuery } from './logQuery.ts';
import type { LogRun } from './logRun.ts';

/**
 * The blocks that a query is about, by number. `latest` is the head that the network's services agree on, `safe` and
 * `finalized` are asked for. Undefined when that cannot be known, and for a range that ends before it begins.
 */
export async function resolveSpan(run: LogRun, query: LogQuery): Promise<BlockSpan | undefined> {
  const from = await resolveBound(run, query.from);
  const to = query.to === query.from ? from : await resolveBound(run, query.to);
  if (from === undefined || to === undefined || blocksIn({ from, to }) < 1) return undefined;
  return { from, to };
}

async function resolveBound(run: LogRun, bound: LogBound): Promise<number | undefined> {
  if (typeof bound === 'number') return bound;
  if (bound === 'latest') return run.router.agreedHead();
  const params = encodeJson([bound, false]);
  const call: ClientCall = { id: NULL_ID, method: 'eth_getBlockByNumber', params };
  const { answer } = await run.ask(call);
  return answer.kind === 'result' ? numberOf(answer.result) : undefined;
}

function numberOf(block: RawJson): number | undefined {
  let number: number | undefined;
  eachMember(block, (key, value) => {
    if (key === 'number') number = blockNumber(value);
  });
  return number;
}
