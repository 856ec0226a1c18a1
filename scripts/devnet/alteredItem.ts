import type { Fault } from './fault.ts';
import { freezeResponse } from './frozenHead.ts';
import type { Json } from './rpcItems.ts';
import { wrongResponse } from './wrongAnswer.ts';

type Item = { [key: string]: Json };

const ALTERING: ReadonlySet<Fault['mode']> = new Set(['behind', 'wrong', 'ahead', 'forgets', 'wrongId']);
const OF_BLOCK = new Set(['eth_getBlockByNumber', 'eth_getBlockByHash', 'eth_getBlockReceipts']);

/** Whether the fault is in what the answer says, and not in how it comes. */
export function isAltering({ mode }: Fault): boolean {
  return ALTERING.has(mode);
}

/** @param head where it stood when the switch was turned */
export function alteredItem(fault: Fault, head: bigint, method: string | undefined, item: Item): Item {
  switch (fault.mode) {
    case 'behind':
      return freezeResponse(method, item, head);
    case 'wrong':
      return wrongResponse(method, item, fault.chainId);
    case 'ahead':
      return ahead(method, item, BigInt(fault.blocks));
    case 'forgets':
      return method !== undefined && OF_BLOCK.has(method) && item.result !== undefined
        ? { ...item, result: null }
        : item;
    case 'wrongId':
      return { ...item, id: 'nobody' };
    default:
      return item;
  }
}

/** `eth_blockNumber` alone: a block that far ahead would have to be invented. */
function ahead(method: string | undefined, item: Item, blocks: bigint): Item {
  const { result } = item;
  if (method !== 'eth_blockNumber' || typeof result !== 'string') return item;
  return { ...item, result: `0x${(BigInt(result) + blocks).toString(16)}` };
}
