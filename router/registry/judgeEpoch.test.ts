import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { unixSeconds } from '../core/units.ts';
import { judgeEpoch, scoresOf, servicesOf } from './judgeEpoch.ts';
import type { EpochRecord, EpochReport, ServiceFigures } from './networkRecord.ts';
import { type Address, emptySet, type NetworkKey, serviceKey } from './providerSet.ts';
import { applyBlock } from './reduce.ts';

const SLA = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 2_000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};
const block = { number: 1n, hash: '0x1', parentHash: '0x0', timestamp: unixSeconds(1) } as const;
const NETWORKS = [1, 2].map((index) => `0x${index}` as NetworkKey);
const place = { blockNumber: 1n, logIndex: 0 };
const providerOf = (id: number): Address => `0x${String(id).padStart(40, '0')}`;
/** Services 1 to 3 on the first network, and 4 on the second. */
const networkOf = (id: number) => NETWORKS[id === 4 ? 1 : 0]!;
const keyOf = (id: number) => serviceKey(providerOf(id), networkOf(id));
const SERVICES = servicesOf(
  applyBlock(emptySet(block), block, [
    ...NETWORKS.map((network, index) => ({
      ...{ type: 'networkAdded' as const, network, caip2: `eip155:${index}` as Caip2, slug: `n${index}` },
      ...{ minStake: 1n, sla: SLA, ...place },
    })),
    ...[1, 2, 3, 4].map((serviceId) => ({
      ...{ type: 'serviceAdded' as const, provider: providerOf(serviceId), network: networkOf(serviceId) },
      ...{ serviceId, url: 'https://a.example', capabilities: 1, minStake: 1n, ...place },
    })),
  ]),
);

const figures = (serviceId: number, of: Partial<ServiceFigures> = {}): ServiceFigures => ({
  ...{ serviceId, samples: 20, successes: 20, p95LatencyMs: 100, p95BlockLag: 0, mismatches: 0, ...of },
});
const report = (who: number, records: readonly ServiceFigures[], weight = 1): EpochReport => ({
  watcher: `0x${String(who).padStart(40, 'a')}`,
  weight,
  records: { all: records, of: (serviceId) => records.find((one) => one.serviceId === serviceId) },
  attested: new Map(),
});
const judged = (reports: readonly EpochReport[], epoch = 7) =>
  whole(judgeEpoch({ epoch, totalWeight: 3, reports }, SERVICES));
function whole<Result>(steps: Generator<undefined, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
const outage = { successes: 0, p95LatencyMs: 0 };

describe('judgeEpoch', () => {
  test('scores each service that a quorum spoke of, beside the others of its network', () => {
    const slow = { p95LatencyMs: 5_000 };
    const one = [figures(1), figures(2, slow), figures(4, slow)];
    const { verdicts } = judged([report(1, one), report(2, one), report(3, [figures(3)])]);
    expect([...verdicts.keys()].toSorted()).toEqual([1, 2, 4].map(keyOf).toSorted());
    expect(verdicts.get(keyOf(1))?.score).toBe(1);
    // Half of its network is as slow as it is: the one of two that is better counts as usual for nobody.
    expect(verdicts.get(keyOf(2))?.score).toBe(1);
    expect(verdicts.get(keyOf(4))?.score).toBe(1);
  });

  test('finds who is slower than most of its network', () => {
    const all = [figures(1), figures(2, { p95LatencyMs: 5_000 }), figures(3)];
    const { verdicts } = judged([report(1, all), report(2, all)]);
    expect(verdicts.get(keyOf(2))?.score).toBeCloseTo(0.05);
    expect(verdicts.get(keyOf(3))?.score).toBe(1);
  });

  test('is not moved by one liar of three', () => {
    const lie = report(2, [figures(1, outage)]);
    const { verdicts } = judged([report(1, [figures(1)]), lie, report(3, [figures(1)])]);
    expect(verdicts.get(keyOf(1))).toMatchObject({ watchers: 3, availability: 1, score: 1 });
  });

  test('counts absurd figures and numbers of no service as silence', () => {
    const absurd = [figures(1, { samples: 0, successes: 0 }), figures(2, { successes: 21 }), figures(99)];
    const { verdicts } = judged([report(1, absurd), report(2, [figures(1), figures(2), figures(3)])]);
    expect(verdicts.size).toBe(0);
  });

  test('takes any reports', () => {
    const uint16 = fc.nat(65_535);
    const record = fc.record({
      serviceId: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.nat(2 ** 32 - 1)),
      ...{
        samples: uint16,
        successes: uint16,
        p95LatencyMs: uint16,
        p95BlockLag: uint16,
        mismatches: uint16,
      },
    });
    fc.assert(
      fc.property(fc.array(fc.array(record, { maxLength: 10 }), { maxLength: 4 }), (all) => {
        const { verdicts } = judged(all.map((records, who) => report(who, records)));
        for (const { score, availability } of verdicts.values()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(availability).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

test('the newest epoch that is over counts most, and a silent one is neutral', () => {
  const out = (epoch: number): EpochRecord =>
    judged(
      [1, 2, 3].map((who) => report(who, [figures(1, outage), figures(2)])),
      epoch,
    );
  const scoreAt = (lastEpoch: number) => whole(scoresOf([out(7)], lastEpoch)).get(keyOf(1)) ?? 1;
  expect(scoreAt(7)).toBeCloseTo(0.5, 2);
  expect(scoreAt(8)).toBeCloseTo(0.75, 2);
  expect(scoreAt(15)).toBe(1);
  // After a reorg the time may be before the epoch that was read.
  expect(scoreAt(6)).toBe(1);
  expect(whole(scoresOf([out(7)], 7)).get(keyOf(2))).toBe(1);
  expect(whole(scoresOf([out(8), out(7)], 8)).get(keyOf(1))).toBeCloseTo(0.25, 2);
});
