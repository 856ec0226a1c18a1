import type { Random } from '../../../router/core/clock.ts';
import { isObject, type Json } from '../rpcItems.ts';
import type { Truth } from './truth.ts';

/** A read and what its answer must be. */
export interface Question {
  readonly method: string;
  readonly params: readonly Json[];
  /** What is wrong with a result; undefined when it is right. */
  readonly judge: (result: Json | undefined) => string | undefined;
}

// The contract that answers what it is asked.
const IDENTITY = '0x0000000000000000000000000000000000000004';

/**
 * A read drawn at random.
 * @param seenHead The highest head that any answer has shown by now: a later answer must not be below it.
 */
export function drawQuestion(truth: Truth, seenHead: bigint, random: Random): Question {
  const block = pick(truth.blocks, random);
  const user = Math.floor(random() * truth.users.length);
  const tag = `0x${block.number.toString(16)}`;
  const { idle } = truth;
  const kinds: readonly (() => Question)[] = [
    () => exactly('eth_chainId', [], `0x${truth.chainId.toString(16)}`),
    () => exactly('net_version', [], String(truth.chainId)),
    () => exactly('eth_getBalance', [idle.address, 'latest'], idle.balance),
    () => exactly('eth_getBalance', [truth.users[user] ?? '', tag], block.balances[user] ?? ''),
    () => exactly('eth_getTransactionCount', [idle.address, 'latest'], '0x0'),
    () => exactly('eth_getCode', [idle.address, 'latest'], '0x'),
    () => {
      const data = `0x${Math.floor(random() * 2 ** 48)
        .toString(16)
        .padStart(64, '0')}`;
      return exactly('eth_call', [{ to: IDENTITY, data }, 'latest'], data);
    },
    () => blockOf('eth_getBlockByNumber', tag, block.hash, tag),
    () => blockOf('eth_getBlockByHash', block.hash, block.hash, tag),
    () => ({
      method: 'eth_blockNumber',
      params: [],
      judge: (result) => {
        if (typeof result !== 'string' || !/^0x[0-9a-f]+$/.test(result))
          return `no quantity: ${show(result)}`;
        return BigInt(result) < seenHead ? `the head went back to ${result} from ${seenHead}` : undefined;
      },
    }),
  ];
  return pick(kinds, random)();
}

export function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to draw from');
  return item;
}

function exactly(method: string, params: readonly Json[], expected: string): Question {
  const judge = (result: Json | undefined) =>
    result === expected ? undefined : `${expected} expected, ${show(result)} received`;
  return { method, params, judge };
}

function blockOf(method: string, asked: string, hash: string, number: string): Question {
  const judge = (result: Json | undefined) =>
    isObject(result) && result.hash === hash && result.number === number
      ? undefined
      : `block ${number} ${hash} expected, ${show(result)} received`;
  return { method, params: [asked, false], judge };
}

function show(value: Json | undefined): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 160);
}
