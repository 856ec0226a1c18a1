import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offenceId, unpackMeasurements } from '../chain/commitment.ts';
import type { AttestedOffence } from '../registry/breaches.ts';
import type { Hex, NetworkKey, Service, ServiceKey } from '../registry/providerSet.ts';
import { buildReport, commitmentOf } from './report.ts';
import { chunkGas, chunkLimits } from './revealGas.ts';

const NETWORK = `0x${'11'.repeat(32)}` as NetworkKey;
const SALT: Hex = `0x${'22'.repeat(32)}`;
const author = {
  chainId: 31337,
  hub: '0x00000000000000000000000000000000000000aa',
  watcher: '0x00000000000000000000000000000000000000bb',
} as const;
const figures = { samples: 20, successes: 0, p95LatencyMs: 1, p95BlockLag: 2, mismatches: 3 };
const offences = ['outage', 'latency', 'invalidData'] as const;

function service(id: number): Service {
  const provider = `0x${id.toString(16).padStart(40, '0')}` as const;
  const key = `${provider}/${NETWORK}` as ServiceKey;
  return { key, id, provider, network: NETWORK, url: '', capabilities: 1, status: 'live', minStake: 1n };
}

const limits = chunkLimits(30_000_000n);

const measuredOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ service: service(count - index), figures }));

test('a report of nothing is one empty chunk', () => {
  expect(buildReport(author, 7, [], [], SALT, limits).chunks).toEqual([{ measurements: '0x', breaches: [] }]);
});

test('every record and breach is in exactly one bounded chunk, breaches ascending by offence id over all chunks', () => {
  const block = fc.oneof(fc.constant(30_000_000n), fc.bigInt({ min: 0n, max: 10n ** 9n }));
  fc.assert(
    fc.property(fc.nat(3_000), fc.nat(130), block, (services, accused, blockGas) => {
      const measured = measuredOf(services);
      const accusations = measured.slice(0, accused).map((one, index) => ({
        ...one,
        offence: offences[index % 3] as AttestedOffence,
      }));
      const bounds = chunkLimits(blockGas);
      const { chunks } = buildReport(author, 7, measured, accusations, SALT, bounds);
      const records = chunks.map((chunk) => unpackMeasurements(chunk.measurements));
      expect(records.flat().map(({ serviceId }) => serviceId)).toEqual(
        Array.from({ length: services }, (_, index) => index + 1),
      );
      const ids = chunks.flatMap(({ breaches }) =>
        breaches.map((breach) => offenceId({ ...breach, epoch: 7n })),
      );
      expect(ids).toHaveLength(accusations.length);
      expect(ids).toEqual([...new Set(ids)].toSorted());
      for (const [index, { breaches }] of chunks.entries()) {
        const size = { records: records[index]!.length, breaches: breaches.length };
        expect(chunkGas(size)).toBeLessThanOrEqual(bounds.gas);
        expect(size.records * 14 + size.breaches * 256).toBeLessThanOrEqual(bounds.bytes);
        // No chunk is sent for nothing.
        if (chunks.length > 1) expect(size.records + size.breaches).toBeGreaterThan(0);
      }
    }),
    { numRuns: 30 },
  );
});

test('thousands of services take few transactions, and a chain with small blocks more of them', () => {
  expect(buildReport(author, 7, measuredOf(5_000), [], SALT, limits).chunks).toHaveLength(3);
  const small = chunkLimits(3_000_000n);
  expect(buildReport(author, 7, measuredOf(5_000), [], SALT, small).chunks.length).toBeGreaterThan(8);
});

test('the commitment depends on the epoch, the salt, the author and every chunk', () => {
  const report = buildReport(author, 7, measuredOf(2_600), [], SALT, limits);
  const { chunks, commitment } = report;
  expect(commitmentOf(author, 7, SALT, chunks)).toBe(commitment);
  const other: Hex = `0x${'33'.repeat(32)}`;
  const different = [
    commitmentOf(author, 8, SALT, chunks),
    commitmentOf(author, 7, other, chunks),
    commitmentOf({ ...author, watcher: author.hub }, 7, SALT, chunks),
    commitmentOf({ ...author, chainId: 1 }, 7, SALT, chunks),
    commitmentOf(author, 7, SALT, chunks.slice(1)),
    commitmentOf(author, 7, SALT, chunks.toReversed()),
  ];
  expect(new Set([commitment, ...different]).size).toBe(different.length + 1);
});
