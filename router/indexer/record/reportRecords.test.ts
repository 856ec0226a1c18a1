import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Measurement, packMeasurements } from '../../chain/commitment.ts';
import { reportRecords } from './reportRecords.ts';

const record = fc.record({
  serviceId: fc.oneof(fc.nat(20), fc.nat(2 ** 32 - 1)),
  samples: fc.nat(65_535),
});
const measured = (of: Pick<Measurement, 'serviceId' | 'samples'>): Measurement => ({
  ...{ successes: 1, p95LatencyMs: 2, p95BlockLag: 3, mismatches: 4, ...of },
});
const bytesOf = (records: readonly Measurement[]) => Buffer.from(packMeasurements(records).slice(2), 'hex');

test('a report says of each service the first that was revealed, in whatever order and how often it came', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record, { maxLength: 8 }), { maxLength: 4 }), (chunks) => {
      const all = chunks.map((chunk) => chunk.map(measured));
      const said = new Map(
        all
          .flat()
          .toReversed()
          .map((one) => [one.serviceId, one]),
      );
      const made = reportRecords(all.map(bytesOf));
      expect([...made.all]).toEqual([...said.values()].toSorted((a, b) => a.serviceId - b.serviceId));
      for (const id of [...said.keys(), 7, 0, 2 ** 32 - 1]) expect(made.of(id)).toEqual(said.get(id));
    }),
  );
});
