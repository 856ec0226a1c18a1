import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { type Breach, chunkHash, commitment, offenceValue } from '../router/chain/commitment.ts';
import { ContractRefusedError } from '../router/chain/contractRefused.ts';
import { createTransactor, type Transactor } from '../router/chain/transact.ts';
import { type AttestedOffence, isBreach } from '../router/registry/breaches.ts';
import type { Sla } from '../router/registry/providerSet.ts';
import type { Figures } from '../router/watcher/epochReport.ts';
import { NETWORK, startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const RUNS = 150;
const WINDOW_SECONDS = 100_000;
const SALT = `0x${'5a'.repeat(32)}` as const;
const sla: Sla = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 500,
  maxP95BlockLag: 10,
  maxMismatches: 1,
  minSamples: 3,
};

/** Often at a bound, where the two could differ. */
const near = (bound: number) =>
  fc.oneof(fc.integer({ min: Math.max(0, bound - 2), max: bound + 2 }), fc.nat(65_535));
const alleged = fc.record<{ offence: AttestedOffence; figures: Figures }>({
  offence: fc.constantFrom('outage', 'downtime', 'latency', 'stale', 'invalidData'),
  figures: fc.oneof(near(3), near(20), near(10_000)).chain((samples) =>
    fc.record({
      samples: fc.constant(samples),
      successes: fc
        .oneof(fc.constant(0), near(samples), near(Math.floor(samples * 0.9)))
        .map((n) => Math.min(n, 65_535)),
      p95LatencyMs: near(sla.maxP95LatencyMs),
      p95BlockLag: near(sla.maxP95BlockLag),
      mismatches: near(sla.maxMismatches),
    }),
  ),
});

let world: WatcherWorld;
let transactor: Transactor;
beforeAll(async () => {
  // Epochs of a second with long windows: many reports can be committed to at once.
  world = await startWatcherWorld({
    sla,
    parameters: {
      epochSeconds: 1,
      commitSeconds: WINDOW_SECONDS,
      revealSeconds: WINDOW_SECONDS,
      thawSeconds: 4 * WINDOW_SECONDS,
      courtChangeSeconds: 5 * WINDOW_SECONDS,
    },
  });
  await world.enlistProvider(world.account(5), 'https://provider.example');
  await world.enlistWatcher(world.account(15));
  transactor = createTransactor({ client: world.client, account: world.account(15) });
}, 120_000);
afterAll(() => world?.stop());

async function passTime(seconds: number): Promise<void> {
  await world.client.request({ method: 'evm_increaseTime' as never, params: [seconds] as never });
  await world.client.request({ method: 'evm_mine' as never, params: [] as never });
}

test('the watcher alleges exactly what the hub accepts as a breach', { timeout: 120_000 }, async () => {
  const { chainId, hub } = world.deployment;
  const contract = { address: hub, abi: watcherHubAbi } as const;
  const first = (await world.client.readContract({ ...contract, functionName: 'currentEpoch' })) + 2n;
  await passTime(RUNS + 5);
  const seed = Date.now();
  const reports = fc.sample(alleged, { numRuns: RUNS, seed }).map((one, index) => {
    const epoch = first + BigInt(index);
    const breach: Breach = {
      provider: world.account(5).address,
      network: NETWORK,
      offence: offenceValue(one.offence),
      ...one.figures,
    };
    const chunk = { measurements: '0x', breaches: [breach] } as const;
    return { ...one, epoch, breach, hashes: [chunkHash(chunk)] };
  });
  const watcher = transactor.account.address;
  for (const { epoch, hashes } of reports) {
    await transactor.simulateAndSend({
      ...contract,
      functionName: 'commit',
      args: [epoch, commitment({ chainId, hub, watcher, epoch, salt: SALT, chunkHashes: hashes })],
    });
  }
  await passTime(WINDOW_SECONDS);
  let breaches = 0;
  for (const { offence, figures, epoch, breach, hashes } of reports) {
    const answer = await transactor
      .simulate({ ...contract, functionName: 'reveal', args: [epoch, SALT, hashes, '0x', [breach]] })
      .then(
        () => 'accepted',
        (error: unknown) => (error instanceof ContractRefusedError ? error.errorName : String(error)),
      );
    const expected = isBreach(offence, figures, sla);
    if (expected) breaches++;
    expect(answer, `seed ${seed}: ${offence} ${JSON.stringify(figures)}`).toBe(
      expected ? 'accepted' : 'NotABreach',
    );
  }
  // Both answers were really compared.
  expect(breaches).toBeGreaterThan(RUNS / 10);
  expect(breaches).toBeLessThan(RUNS - RUNS / 10);
});
