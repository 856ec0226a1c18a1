import fc from 'fast-check';
import { encodeAbiParameters, encodeEventTopics, type Hex, padHex } from 'viem';
import { describe, expect, test } from 'vitest';
import { watcherHubAbi } from '../../chain/abi/watcherHub.ts';
import {
  type Measurement,
  type OffenceName,
  offenceValue,
  packMeasurements,
} from '../../chain/commitment.ts';
import { type Address, type NetworkKey, serviceKey } from '../../registry/providerSet.ts';
import type { MinedLog } from '../logAnswer.ts';
import { readHubEvent } from './hubEvent.ts';
import { createRevealBook } from './revealBook.ts';

const watcher = (index: number): Address => `0x${String(index).padStart(40, '0')}`;
const measured = (serviceId: number): Measurement => ({
  ...{ serviceId, samples: 20, successes: 19, p95LatencyMs: 40, p95BlockLag: 1, mismatches: 0 },
});

function revealed(who: number, epoch: bigint, measurements: Hex, blockNumber = 1n): MinedLog {
  const topics = encodeEventTopics({
    abi: watcherHubAbi,
    eventName: 'Revealed',
    args: { watcher: watcher(who), epoch },
  }) as MinedLog['topics'];
  const data = encodeAbiParameters(
    [{ type: 'uint16' }, { type: 'uint16' }, { type: 'bytes' }],
    [0, 1, measurements],
  );
  return { ...{ topics, data, blockNumber, logIndex: 0 }, address: '0xaa', blockHash: '0xbb' };
}

const PROVIDER: Address = `0x${'c'.repeat(40)}`;
const NETWORK = padHex('0x1') as NetworkKey;
const SERVICE = serviceKey('0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC', NETWORK);

function attested(who: number, epoch: bigint, offence: OffenceName | number, blockNumber = 1n): MinedLog {
  const topics = encodeEventTopics({
    abi: watcherHubAbi,
    eventName: 'BreachAttested',
    args: { offenceId: padHex('0x1'), watcher: watcher(who), provider: PROVIDER },
  }) as MinedLog['topics'];
  const value = typeof offence === 'number' ? offence : offenceValue(offence);
  const data = encodeAbiParameters(
    [{ type: 'bytes32' }, { type: 'uint64' }, { type: 'uint8' }, { type: 'uint256' }],
    [NETWORK, epoch, value, 1n],
  );
  return { ...{ topics, data, blockNumber, logIndex: 0 }, address: '0xaa', blockHash: '0xbb' };
}

const book = (services = 10) =>
  createRevealBook({ isWanted: (epoch) => epoch >= 5, services: () => services });
const idsIn = (of: ReturnType<typeof book>, epoch: number) =>
  of
    .reports(epoch)
    .map(({ watcher: who, records }) => [who, Array.from(records.all, ({ serviceId }) => serviceId)]);

describe('the book of reveals', () => {
  test('holds what each watcher said of an epoch, chunk after chunk', () => {
    const made = book();
    made.take(revealed(1, 5n, packMeasurements([measured(1), measured(2)])));
    made.take(revealed(2, 5n, packMeasurements([measured(1)])));
    made.take(revealed(1, 5n, packMeasurements([measured(3)])));
    made.take(revealed(1, 6n, '0x'));
    made.take(revealed(1, 4n, packMeasurements([measured(9)])));
    expect(idsIn(made, 5)).toEqual([
      [watcher(1), [1, 2, 3]],
      [watcher(2), [1]],
    ]);
    expect([...(made.reports(5)[1]?.records.all ?? [])]).toEqual([measured(1)]);
    expect(idsIn(made, 6)).toEqual([[watcher(1), []]]);
    expect(idsIn(made, 4)).toEqual([]);
  });

  test('forgets what a reorg took back, and says that the epoch changed', () => {
    const made = book();
    made.take(revealed(1, 5n, packMeasurements([measured(1)]), 10n));
    made.take(revealed(1, 5n, packMeasurements([measured(2)]), 11n));
    made.take(revealed(2, 5n, packMeasurements([measured(3)]), 12n));
    const before = made.version(5);
    made.rollBack(12n);
    expect(made.version(5)).toBe(before);
    made.rollBack(10n);
    expect(made.version(5)).not.toBe(before);
    expect(idsIn(made, 5)).toEqual([[watcher(1), [1]]]);
    made.rollBack(-1n);
    expect(idsIn(made, 5)).toEqual([]);
  });

  test('holds what each attested beside it, and forgets it with its block', () => {
    const made = book();
    made.take(revealed(1, 5n, '0x', 10n));
    made.take(attested(1, 5n, 'outage', 10n));
    made.take(revealed(1, 5n, '0x', 11n));
    const before = made.version(5);
    made.take(attested(1, 5n, 'stale', 11n));
    expect(made.version(5)).not.toBe(before);
    // Of nobody who revealed, of no epoch that is wanted, of nothing that can be attested.
    made.take(attested(2, 5n, 'outage', 11n));
    made.take(attested(1, 4n, 'outage', 11n));
    made.take(attested(1, 5n, 'equivocation', 11n));
    made.take(attested(1, 5n, 77, 11n));
    const offences = () => made.reports(5).map((report) => [report.watcher, ...report.attested]);
    expect(offences()).toEqual([[watcher(1), [SERVICE, ['outage', 'stale']]]]);
    made.rollBack(10n);
    expect(offences()).toEqual([[watcher(1), [SERVICE, ['outage']]]]);
    made.rollBack(9n);
    expect(offences()).toEqual([]);
  });

  test('keeps of a report no more than there are services, and of a crowd no more than a part', () => {
    const made = book(3);
    for (let chunk = 0; chunk < 5; chunk += 1)
      made.take(revealed(1, 5n, packMeasurements([measured(2 * chunk), measured(2 * chunk + 1)])));
    expect(idsIn(made, 5)).toEqual([[watcher(1), [0, 1, 2]]]);
    for (let who = 2; who < 500; who += 1) made.take(revealed(who, 5n, packMeasurements([measured(1)])));
    expect(made.reports(5).length).toBeLessThan(100);
    expect(made.reports(5)[0]?.watcher).toBe(watcher(1));
  });

  test('keeps nothing of epochs that are past', () => {
    const made = book();
    made.take(revealed(1, 5n, '0x'));
    made.take(revealed(1, 6n, '0x'));
    made.forgetBefore(6);
    expect([made.version(5), made.reports(5)]).toEqual([0, []]);
    expect(made.version(6)).toBeGreaterThan(0);
  });
});

describe('bytes that are no records are no reveal', () => {
  test.each(['0x00', `0x${'00'.repeat(13)}`, `0x${'00'.repeat(15)}`] as const)('%s', (bytes) => {
    expect(readHubEvent(revealed(1, 5n, bytes))).toBeUndefined();
    expect(readHubEvent(revealed(1, 5n, '0x'))).toBeDefined();
  });

  test('nor is an epoch beyond all numbers', () => {
    expect(readHubEvent(revealed(1, 2n ** 64n - 1n, '0x'))).toBeUndefined();
  });

  test('whatever bytes a log has, the book takes it', () => {
    const hex = fc
      .uint8Array({ maxLength: 200 })
      .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`);
    const { topics } = revealed(1, 5n, '0x');
    const made = book();
    fc.assert(
      fc.property(hex, fc.boolean(), (bytes, isData) => {
        const log = revealed(1, 5n, isData ? '0x' : bytes);
        made.take(isData ? { ...log, data: bytes } : log);
        made.take({ ...log, topics: [...topics.slice(0, 2)] as unknown as MinedLog['topics'] });
        for (const { records } of made.reports(5)) expect([...records.all].length).toBeLessThanOrEqual(10);
      }),
    );
  });
});
