import type { Address, Hex } from '../registry/providerSet.ts';
import { addressOf, bytesOf, hashOf, numberOf } from './answerFields.ts';

/** A log that is in a block. All hex is in lower case. */
export interface MinedLog {
  readonly address: Address;
  readonly topics: [] | [Hex, ...Hex[]];
  readonly data: Hex;
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  readonly logIndex: number;
}

/** Logs of which accounts, and of which blocks. */
export interface LogQuestion {
  /** In lower case. */
  readonly addresses: readonly Address[];
  readonly blocks: { readonly hash: Hex } | { readonly from: bigint; readonly to: bigint };
}

const MAX_TOPICS = 4;

export type LogsAnswer =
  | { readonly kind: 'logs'; readonly logs: readonly MinedLog[] }
  | { readonly kind: 'malformed'; readonly problem: string };

/** The logs of an answer in the chain's order, if they are logs and what was asked for. */
export function readLogs(question: LogQuestion, answer: unknown): LogsAnswer {
  if (!Array.isArray(answer)) return malformed('no list of logs');
  const logs: MinedLog[] = [];
  const places = new Set<string>();
  for (const item of answer) {
    const log = readLog(item);
    if (log === undefined) return malformed('a log that is none, or not in a block');
    if (!question.addresses.includes(log.address)) return malformed(`a log of ${log.address}`);
    if (!isIn(question, log)) return malformed(`a log of block ${log.blockNumber}, not asked for`);
    places.add(`${log.blockNumber}/${log.logIndex}`);
    logs.push(log);
  }
  if (places.size < logs.length) return malformed('two logs at one place');
  logs.sort((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
  return { kind: 'logs', logs };
}

function readLog(value: unknown): MinedLog | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const address = addressOf(fields.address);
  const topics = topicsOf(fields.topics);
  const data = bytesOf(fields.data);
  const blockNumber = numberOf(fields.blockNumber);
  const blockHash = hashOf(fields.blockHash);
  const logIndex = numberOf(fields.logIndex);
  if (address === undefined || topics === undefined || data === undefined) return undefined;
  if (blockNumber === undefined || blockHash === undefined || logIndex === undefined) return undefined;
  if (fields.removed === true) return undefined;
  return { address, topics, data, blockNumber, blockHash, logIndex: Number(logIndex) };
}

function topicsOf(value: unknown): MinedLog['topics'] | undefined {
  if (!Array.isArray(value) || value.length > MAX_TOPICS) return undefined;
  const topics = value.map(hashOf).filter((topic) => topic !== undefined);
  return topics.length === value.length ? (topics as MinedLog['topics']) : undefined;
}

function isIn({ blocks }: LogQuestion, { blockNumber, blockHash }: MinedLog): boolean {
  if ('hash' in blocks) return blockHash === blocks.hash;
  return blockNumber >= blocks.from && blockNumber <= blocks.to;
}

function malformed(problem: string): LogsAnswer {
  return { kind: 'malformed', problem: `malformed answer: ${problem}` };
}
