import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const BENCH = join(import.meta.dirname, '../scripts/bench/watcher.ts');
// Two chains and two watchers, one after the other, on a machine that may be busy.
const TIMEOUT_MS = 240_000;
const run = promisify(execFile);

const count = z.int().positive();
const amount = z.number().positive();
const sent = z.strictObject({ name: z.string(), count, gas: count, bytes: count, fastLzBytes: count });
const epoch = z.strictObject({
  ...{ services: count, samples: count, breaches: z.int(), closeCpuMs: z.number(), sent: z.array(sent) },
});
const size = z.strictObject({
  ...{ providers: count, networks: z.literal(2), services: count, startMs: amount },
  ...{ heldAtStart: count, heldWarm: count, peakRss: count },
  probing: z.strictObject({ seconds: amount, probes: count, calls: count, cpuMs: amount }),
  ...{ epoch, shortEpoch: epoch, breaching: epoch.optional() },
});
const charged = z.strictObject({ gas: z.number(), bytes: z.number(), fastLzBytes: z.number() });
const need = z.strictObject({
  ...{ providers: count, networks: count, probesPerSecond: amount, samplesPerEpoch: amount },
  ...{ cores: amount, closeCpuSeconds: z.number(), held: z.number() },
  ...{ transactions: count, gas: amount, bytes: amount },
  usdPerDay: z.strictObject({ gas: amount, data: amount }),
  usdPerBreach: z.number(),
});
const shape = z.strictObject({
  machine: z.strictObject({ cores: count, node: z.string(), isPinned: z.boolean() }),
  sizes: z.tuple([size, size]),
  bytesPerSample: amount,
  prices: z.strictObject({
    ...{ gasGwei: z.literal(0.5), l1BaseFeeGwei: amount, blobBaseFeeGwei: amount },
    ...{ baseFeeScalar: amount, blobBaseFeeScalar: amount, coinUsd: z.literal(2_000) },
  }),
  epochHours: z.literal(3),
  need: z.strictObject({
    slopes: z.strictObject({
      ...{ cpuMsPerProbe: amount, closeMsPerSample: z.number(), closeMsPerService: z.number() },
      ...{ heldPerService: z.number(), heldAtNothing: z.number(), bytesPerSample: amount },
      ...{ perRecord: charged, perChunk: charged, perBreach: charged, commit: charged, claim: charged },
    }),
    ...{ measured: need, large: need, largeAndOften: need },
  }),
});

test('the bench measures two sizes on real chains, and reckons what more would take', {
  timeout: TIMEOUT_MS,
}, async () => {
  const size = ['--providers', '10', '--networks', '2', '--seconds', '5'];
  const terms = ['--epoch-hours', '3', '--gas-gwei', '0.5', '--coin-usd', '2000'];
  const { stdout } = await run(process.execPath, [BENCH, ...size, ...terms, '--json']);
  const { sizes, need } = shape.parse(JSON.parse(stdout));
  expect(sizes.map(({ services }) => services)).toEqual([4, 20]);
  for (const { services, epoch } of sizes) {
    expect(epoch).toMatchObject({ services, breaches: 0 });
    expect(epoch.sent.map(({ name }) => name)).toEqual(expect.arrayContaining(['commit', 'reveal']));
  }
  // One provider down on both networks.
  expect(sizes[0].breaching?.breaches).toBe(2);
  expect(need.large).toMatchObject({ providers: 1_000, networks: 100, samplesPerEpoch: 21.6 });
  expect(need.large.transactions).toBeGreaterThan(need.measured.transactions);
});
