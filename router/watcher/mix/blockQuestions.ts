import type { Random } from '../../core/clock.ts';
import { someOf } from '../../core/someOf.ts';
import type { ProofCheck } from '../checks/check.ts';
import { blockCheck, headerCheck } from '../checks/headerChecks.ts';
import { logsCheck, receiptCheck, receiptsCheck, transactionCheck } from '../checks/transactionChecks.ts';
import type { Truth } from '../finality/truth.ts';
import type { LogFilter } from '../proof/logs.ts';
import { anyList, anyObject, anyObjectOrNull, callOf, type ProbeQuestion } from './question.ts';

/** Of the anchor's block and what is in it: each answer can be proven. */

/** Signatures that are recovered to check one answer: each takes a millisecond. */
const SENDERS = 2;

export function blockQuestion(by: 'number' | 'hash', truth: Truth, random: Random): ProbeQuestion {
  const { anchor, block } = truth;
  const { hash, fields } = anchor.header;
  const method = by === 'number' ? 'eth_getBlockByNumber' : 'eth_getBlockByHash';
  const name = by === 'number' ? fields.number : hash;
  const place: ProofCheck['block'] = by === 'number' ? 'own' : 'hash';
  const full = block !== undefined && random() < 0.5;
  return {
    call: callOf(method, [name, full]),
    read: anyObject,
    ...(full && { excuses: ['size'] }),
    check: block
      ? blockCheck(anchor, block, place, sendersOf(block.transactions.length, random))
      : headerCheck(anchor, place),
  };
}

export function transactionQuestion({ anchor, block }: Truth, random: Random): ProbeQuestion | undefined {
  const [index] = someOf([...(block?.transactions.keys() ?? [])], 1, random);
  const hash = index === undefined ? undefined : block?.transactions[index]?.hash;
  if (block === undefined || index === undefined || hash === undefined) return undefined;
  return {
    call: callOf('eth_getTransactionByHash', [hash]),
    read: anyObjectOrNull,
    excuses: ['state'],
    check: transactionCheck(anchor, block, index),
  };
}

export function receiptQuestion({ anchor, receipts }: Truth, random: Random): ProbeQuestion | undefined {
  const [index] = someOf([...(receipts?.receipts.keys() ?? [])], 1, random);
  const hash = index === undefined ? undefined : receipts?.receipts[index]?.transaction.hash;
  if (receipts === undefined || index === undefined || hash === undefined) return undefined;
  return {
    call: callOf('eth_getTransactionReceipt', [hash]),
    read: anyObjectOrNull,
    excuses: ['state', 'size'],
    check: receiptCheck(anchor, receipts, index),
  };
}

export function receiptsQuestion({ anchor, receipts }: Truth, random: Random): ProbeQuestion | undefined {
  if (receipts === undefined) return undefined;
  return {
    call: callOf('eth_getBlockReceipts', [anchor.header.fields.number]),
    read: anyList,
    excuses: ['size'],
    check: receiptsCheck(anchor, receipts, sendersOf(receipts.receipts.length, random)),
  };
}

/** Of the logs of one contract or of one event, as those who index ask. */
export function logsQuestion({ anchor, receipts }: Truth, random: Random): ProbeQuestion | undefined {
  const [log] = someOf(receipts?.receipts.flatMap(({ logs }) => logs) ?? [], 1, random);
  if (receipts === undefined || log === undefined) return undefined;
  const [topic] = log.topics;
  const byTopic = topic !== undefined && random() < 0.5;
  const filter: LogFilter = byTopic
    ? { addresses: [], topics: [[topic]] }
    : { addresses: [log.address], topics: [] };
  const { hash, fields } = anchor.header;
  const byHash = random() < 0.5;
  const block = byHash ? { blockHash: hash } : { fromBlock: fields.number, toBlock: fields.number };
  const what = byTopic ? { topics: [topic] } : { address: log.address };
  return {
    call: callOf('eth_getLogs', [{ ...block, ...what }]),
    read: anyList,
    excuses: ['size'],
    check: logsCheck(anchor, receipts, filter),
  };
}

/** Some positions. */
function sendersOf(count: number, random: Random): number[] {
  return Array.from({ length: Math.min(SENDERS, count) }, () => Math.floor(random() * count));
}
