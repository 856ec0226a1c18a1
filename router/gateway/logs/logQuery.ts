import { eachMember, encodeJson, type RawJson, rawElements } from '../../core/rawJson.ts';
import { blockNumber } from '../../routing/requestedBlock.ts';
import type { BlockSpan } from './blockSpan.ts';

export type LogBound = number | 'latest' | 'safe' | 'finalized';

/** The parameters of an `eth_getLogs` call over a range of blocks. */
export interface LogQuery {
  readonly from: LogBound;
  readonly to: LogBound;
  /** Members of the filter beside the range, as they were sent. */
  readonly conditions: readonly string[];
  /** Parameters behind the filter, as they were sent. */
  readonly others: readonly RawJson[];
}

/**
 * Undefined for the logs of one block by its hash, and for all that only a node can judge: its error is the answer.
 */
export function readLogQuery(params: RawJson | undefined): LogQuery | undefined {
  const [filter, ...others] = (params === undefined ? undefined : rawElements(params)) ?? [];
  if (filter === undefined) return undefined;
  let from: LogBound | undefined = 'latest';
  let to: LogBound | undefined = 'latest';
  let isOneBlock = false;
  const conditions: string[] = [];
  const isObject = eachMember(filter, (key, value) => {
    if (key === 'fromBlock') from = boundOf(value);
    else if (key === 'toBlock') to = boundOf(value);
    else {
      if (key === 'blockHash') isOneBlock = value !== 'null';
      conditions.push(`${encodeJson(key)}:${value}`);
    }
  });
  if (!isObject || isOneBlock || from === undefined || to === undefined) return undefined;
  return { from, to, conditions, others };
}

/** The same question about other blocks. */
export function logParams({ conditions, others }: LogQuery, { from, to }: BlockSpan): RawJson {
  const filter = [...conditions, `"fromBlock":"${hex(from)}"`, `"toBlock":"${hex(to)}"`];
  return `[${[`{${filter.join(',')}}`, ...others].join(',')}]` as RawJson;
}

export function hex(block: number): string {
  return `0x${block.toString(16)}`;
}

function boundOf(value: RawJson): LogBound | undefined {
  switch (value) {
    // What a client left out, and what is not yet in a block, nodes take for the newest block.
    case 'null':
    case '"latest"':
    case '"pending"':
      return 'latest';
    case '"safe"':
      return 'safe';
    case '"finalized"':
      return 'finalized';
    case '"earliest"':
      return 0;
    default:
      return blockNumber(value);
  }
}
