import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Breach, offenceId, packMeasurements, sortBreaches, unpackMeasurements } from './commitment.ts';

const uint16 = fc.integer({ min: 0, max: 0xffff });
const measurement = fc.record({
  serviceId: fc.integer({ min: 0, max: 0xffffffff }),
  samples: uint16,
  successes: uint16,
  p95LatencyMs: uint16,
  p95BlockLag: uint16,
  mismatches: uint16,
});

describe('packMeasurements()', () => {
  it('is undone by unpackMeasurements()', () => {
    fc.assert(
      fc.property(fc.array(measurement), (measurements) => {
        const packed = packMeasurements(measurements);
        expect(packed).toHaveLength(2 + 28 * measurements.length);
        expect(unpackMeasurements(packed)).toEqual(measurements);
      }),
    );
  });

  it('writes big-endian fields in the order of the interface', () => {
    const record = {
      serviceId: 1,
      samples: 2,
      successes: 3,
      p95LatencyMs: 4,
      p95BlockLag: 5,
      mismatches: 0x0607,
    };
    expect(packMeasurements([record])).toBe('0x0000000100020003000400050607');
  });

  it('writes what does not fit as the largest value and rounds up', () => {
    const record = {
      serviceId: 1,
      samples: 1e9,
      successes: 0.2,
      p95LatencyMs: Infinity,
      p95BlockLag: -1,
      mismatches: 0,
    };
    expect(unpackMeasurements(packMeasurements([record]))).toEqual([
      { serviceId: 1, samples: 65_535, successes: 1, p95LatencyMs: 65_535, p95BlockLag: 0, mismatches: 0 },
    ]);
  });

  it('refuses to read part of a record', () => {
    expect(() => unpackMeasurements('0x00')).toThrow(
      expect.objectContaining({ code: 'MALFORMED_MEASUREMENTS' }),
    );
  });
});

describe('sortBreaches()', () => {
  it('gives strictly rising offence ids for different offences', () => {
    const offence = fc.integer({ min: 0, max: 4 });
    const party = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(party, offence), { selector: String }),
        fc.bigInt(0n, 99n),
        (pairs, epoch) => {
          const figures = { samples: 3, successes: 0, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };
          const breaches = pairs.map(
            ([party, offence]): Breach => ({
              provider: `0x${party.toString(16).padStart(40, '0')}`,
              network: `0x${'11'.repeat(32)}`,
              offence,
              ...figures,
            }),
          );
          const ids = sortBreaches(epoch, breaches).map((breach) => BigInt(offenceId({ epoch, ...breach })));
          expect(ids).toHaveLength(breaches.length);
          expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? id))).toBe(true);
        },
      ),
    );
  });
});
