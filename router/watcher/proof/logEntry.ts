import type { Input } from '@ethereumjs/rlp';
import type { Hex } from 'viem';
import { address, bytesOf, data, hash, likeness, listOf, quantity, quantityText, record } from './fields.ts';
import type { HeaderFields } from './headerForm.ts';
import { timeRepetition } from './repetition.ts';
import type { Comparison } from './verdict.ts';

/** What a receipt commits to of a log. */
export interface LogEntry {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** A log and its place in its block. */
export interface PlacedLog extends LogEntry {
  readonly logIndex: number;
  readonly transactionIndex: number;
  readonly transactionHash: Hex;
  readonly blockHash: Hex;
  readonly header: HeaderFields;
}

export function readLogEntry(value: unknown): LogEntry | undefined {
  const fields = record(value);
  const account = address(fields?.address);
  const topics = listOf(fields?.topics, hash);
  const text = data(fields?.data);
  return account && topics && text && { address: account, topics, data: text };
}

export function rlpOfLog({ address, topics, data }: LogEntry): Input {
  return [bytesOf(address), topics.map(bytesOf), bytesOf(data)];
}

/** What a log leaves in its receipt's bloom. */
export function bloomItems({ address, topics }: LogEntry): readonly Hex[] {
  return [address, ...topics];
}

export function* logComparisons(value: unknown, log: PlacedLog): Generator<Comparison> {
  const given = record(value);
  if (given === undefined) return yield ['log', 'missing'];
  yield ['address', likeness(address, given.address, log.address)];
  const topics = listOf(given.topics, hash);
  if (topics === undefined) yield ['topics', 'missing'];
  else yield ['topics', topics.join() === log.topics.join() ? 'same' : 'other'];
  yield ['data', likeness(data, given.data, log.data)];
  yield ['logIndex', likeness(quantity, given.logIndex, quantityText(log.logIndex))];
  yield ['transactionIndex', likeness(quantity, given.transactionIndex, quantityText(log.transactionIndex))];
  yield ['transactionHash', likeness(hash, given.transactionHash, log.transactionHash)];
  yield ['blockHash', likeness(hash, given.blockHash, log.blockHash)];
  yield ['blockNumber', likeness(quantity, given.blockNumber, log.header.number)];
  yield timeRepetition(given, log.header);
  const { removed } = given;
  if (removed === true) yield ['removed', 'other'];
  else yield ['removed', removed === undefined || removed === false ? 'same' : 'missing'];
}
