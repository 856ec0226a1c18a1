import { type PublicClient, toHex } from 'viem';
import type { Hex } from '../registry/providerSet.ts';
import { type ChainBlock, readBlock } from './blockAnswer.ts';
import { type LogQuestion, type LogsAnswer, readLogs } from './logAnswer.ts';

export type BlockName =
  | { readonly number: bigint }
  | { readonly hash: Hex }
  | { readonly tag: 'latest' | 'finalized' };

/** `none`: the node knows no such block. */
export type BlockAnswer =
  | { readonly kind: 'block'; readonly block: ChainBlock }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly problem: string };

/** One request. Rejects with endpoint errors as they are. */
export async function askBlock(client: PublicClient, name: BlockName): Promise<BlockAnswer> {
  const answer: unknown = await ('hash' in name
    ? client.request({ method: 'eth_getBlockByHash', params: [name.hash, false] })
    : client.request({
        method: 'eth_getBlockByNumber',
        params: ['tag' in name ? name.tag : toHex(name.number), false],
      }));
  if (answer === null || answer === undefined) return { kind: 'none' };
  const block = readBlock(answer);
  if (block === undefined) return { kind: 'malformed', problem: 'malformed answer: a block that is none' };
  if ('number' in name && block.ref.number !== name.number)
    return { kind: 'malformed', problem: `malformed answer: block ${block.ref.number}, not ${name.number}` };
  if ('hash' in name && block.ref.hash !== name.hash)
    return { kind: 'malformed', problem: 'malformed answer: another block' };
  return { kind: 'block', block };
}

/** One request. Rejects with endpoint errors as they are. */
export async function askLogs(client: PublicClient, question: LogQuestion): Promise<LogsAnswer> {
  const { addresses, blocks } = question;
  const filter =
    'hash' in blocks
      ? { blockHash: blocks.hash }
      : { fromBlock: toHex(blocks.from), toBlock: toHex(blocks.to) };
  const answer: unknown = await client.request({
    method: 'eth_getLogs',
    params: [{ address: [...addresses], ...filter }],
  });
  return readLogs(question, answer);
}
