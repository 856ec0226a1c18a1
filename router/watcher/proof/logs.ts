import type { Hex } from 'viem';
import { bloomReader } from './bloom.ts';
import { list } from './fields.ts';
import type { ProvenHeader } from './header.ts';
import { bloomItems, type LogEntry, logComparisons, type PlacedLog, readLogEntry } from './logEntry.ts';
import type { NetworkRules } from './networkRules.ts';
import type { ProvenReceipts } from './receipts.ts';
import { type Comparison, unprovable, type Verdict, verdictOf } from './verdict.ts';

/** An `eth_getLogs` filter within one block, in lower case. Nothing named means any. */
export interface LogFilter {
  readonly addresses: readonly Hex[];
  /**
   * Per position the topics of which one must be there; none means any. The last position names some: whether one that
   * may be anything has to be there at all is read differently by nodes.
   */
  readonly topics: readonly (readonly Hex[])[];
}

/** Of `eth_getLogs` for one block: exactly the logs that match, in their order. */
export function judgeLogs(
  answer: unknown,
  filter: LogFilter,
  { receipts }: ProvenReceipts,
  rules: NetworkRules,
): Verdict {
  const given = list(answer);
  if (given === undefined) return unprovable('no logs');
  const logs = receipts.flatMap((receipt) => receipt.logs.filter((log) => matches(log, filter)));
  return verdictOf(listComparisons(given, logs), rules);
}

/**
 * The same by the header alone, where that is enough: no logs are right when the bloom excludes all that the filter
 * wants, and a log that it excludes was invented.
 */
export function judgeLogsByBloom(
  answer: unknown,
  filter: LogFilter,
  { fields }: ProvenHeader,
  rules: NetworkRules,
): Verdict {
  const given = list(answer);
  if (given === undefined) return unprovable('no logs');
  const admits = bloomReader(fields.logsBloom);
  if (given.length === 0) {
    const wanted = [filter.addresses, ...filter.topics];
    const excluded = wanted.some((items) => items.length > 0 && !items.some(admits));
    return excluded ? { kind: 'proven' } : unprovable('logs without receipts');
  }
  for (const item of given) {
    const log = readLogEntry(item);
    if (log && !bloomItems(log).every(admits)) return verdictOf([['logsBloom', 'other']], rules);
  }
  return unprovable('logs without receipts');
}

function* listComparisons(given: readonly unknown[], logs: readonly PlacedLog[]): Generator<Comparison> {
  if (given.length < logs.length) yield ['missing log', 'other'];
  if (given.length > logs.length) yield ['surplus log', 'other'];
  for (const [index, log] of logs.entries()) yield* logComparisons(given[index], log);
}

function matches({ address, topics }: LogEntry, filter: LogFilter): boolean {
  if (filter.addresses.length > 0 && !filter.addresses.includes(address)) return false;
  return filter.topics.every((wanted, position) => {
    const topic = topics[position];
    // A position that may be anything must still be there.
    return topic !== undefined && (wanted.length === 0 || wanted.includes(topic));
  });
}
