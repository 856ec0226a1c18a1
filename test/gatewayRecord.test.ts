import type { LocalAccount } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../router/chain/commitment.ts';
import type { RoutePage } from '../router/gateway/routePage.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { type GatewayWorld, startGatewayWorld } from './fixtures/gatewayWorld.ts';
import { devAccount, SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';
import { enlistWatchers, passTime, reveal, speak, WIDE_EPOCHS } from './fixtures/watcherWords.ts';

const WAIT = { timeout: 60_000, interval: 20 };
const SCORED_EPOCHS = 8;

let world: GatewayWorld;
let watchers: readonly LocalAccount[];
let good: LocalAccount;
let bad: LocalAccount;
const gateways: TestGateway[] = [];

beforeAll(async () => {
  world = await startGatewayWorld(WIDE_EPOCHS);
  watchers = [6, 7, 8].map(devAccount);
  await enlistWatchers(world.chain, watchers);
  [good, bad] = world.providers as [LocalAccount, LocalAccount];
}, 60_000);
afterAll(() => world.stop());
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  // Nothing of what was said counts any more.
  await passTime(world.chain, (SCORED_EPOCHS + 1) * WIDE_EPOCHS.epochSeconds);
});

async function start(): Promise<TestGateway> {
  const gateway = await startTestGateway({
    settlement: {
      ...{ chainId: SETTLEMENT_CHAIN_ID, rpc: [world.chain.anvil.url] },
      ...{ registry: world.chain.deployment.registry, pollIntervalMs: 50, checkpoint: false },
    },
    development: { allowPrivateEndpoints: true },
    heads: { pollIntervalMs: 100 },
  });
  gateways.push(gateway);
  await gateway.ready();
  return gateway;
}

/** Services have the numbers 1 and 2, in the order of their providers. */
const measured = (of: LocalAccount, figures: Partial<Measurement> = {}): Measurement => ({
  ...{ samples: 20, successes: 20, p95LatencyMs: 10, p95BlockLag: 0, mismatches: 0, ...figures },
  serviceId: of === good ? 1 : 2,
});
const OUTAGE = { successes: 0, p95LatencyMs: 0 };
const truth = () => [measured(good), measured(bad, OUTAGE)];
const lie = () => [measured(good, OUTAGE), measured(bad)];
/** @param said what each of the watchers says */
const speeches = (...said: (readonly Measurement[])[]) =>
  said.map((measurements, index) => ({ watcher: watchers[index] as LocalAccount, measurements }));

/** The gateway has the chain's newest block. */
const seen = async (gateway: TestGateway) => {
  const head = Number(await world.chain.client.getBlockNumber());
  await expect.poll(async () => (await gateway.status()).settlement?.block, WAIT).toBe(head);
};
const scoresAt = async (gateway: TestGateway) => {
  const services = (await gateway.status()).networks[0]?.services ?? [];
  return [good, bad].map(({ address }) => services.find(({ provider }) => provider === address)?.score);
};
const factorsAt = async (gateway: TestGateway) => (await scoresAt(gateway)).map((score) => score?.factor);
const weightsAt = async (gateway: TestGateway) => {
  const page = await fetch(`${gateway.url}/status/route?network=devnet&method=eth_call`);
  const { ranking } = (await page.json()) as Pick<RoutePage, 'ranking'>;
  return [good, bad].map(({ address }) => {
    const found = ranking.find(({ provider }) => provider === address);
    // What remains of the slow start is in it, and all is rounded.
    return found && Math.round((100 * found.weight) / found.slowStart) / 100;
  });
};

describe('what watchers say', { timeout: 180_000 }, () => {
  test('moves weight once its epoch is closed, is the same after a restart, and decays', async () => {
    const gateway = await start();
    await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, 1]);
    expect(await weightsAt(gateway)).toEqual([1, 1]);
    const epoch = Number(await reveal(world.chain, speeches(truth(), truth(), truth())));
    // Somebody might still say otherwise.
    await passTime(world.chain, WIDE_EPOCHS.revealSeconds / 2);
    await seen(gateway);
    expect(await factorsAt(gateway)).toEqual([1, 1]);
    await passTime(world.chain, WIDE_EPOCHS.revealSeconds / 2);
    await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, 0.5]);
    expect(await weightsAt(gateway)).toEqual([1, 0.5]);
    expect((await scoresAt(gateway))[1]?.epochs).toEqual([
      {
        ...{ epoch, watchers: 3, availability: 0, p95LatencyMs: null, p95BlockLag: 0, mismatches: 0 },
        score: 0,
      },
    ]);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(
      metrics
        .match(/^din_service_score.*/gm)
        ?.map((line) => line.split(' ')[1])
        .toSorted(),
    ).toEqual(['0.5', '1']);

    const restarted = await start();
    await expect.poll(() => factorsAt(restarted), WAIT).toEqual([1, 0.5]);
    expect(await weightsAt(restarted)).toEqual([1, 0.5]);

    for (const factor of [0.75, 0.87, 0.94, 0.97, 0.98, 0.99, 1]) {
      await passTime(world.chain, WIDE_EPOCHS.epochSeconds);
      await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, factor]);
    }
    await expect.poll(() => weightsAt(gateway), WAIT).toEqual([1, 1]);
  });

  test('moves users’ calls to others', async () => {
    const gateway = await start();
    const badSwitch = createFaultSwitch(world.endpoints[1]?.controlUrl ?? '');
    const callsOfBad = async () => {
      const before = (await badSwitch.stats()).calls.web3_clientVersion ?? 0;
      for (let calls = 0; calls < 100; calls += 1) await gateway.call('devnet', 'web3_clientVersion');
      return ((await badSwitch.stats()).calls.web3_clientVersion ?? 0) - before;
    };
    for (let epochs = 0; epochs < 3; epochs += 1)
      await speak(world.chain, speeches(truth(), truth(), truth()));
    // Each of them has a silent one before it.
    await expect.poll(() => weightsAt(gateway), WAIT).toEqual([1, 0.34]);
    await expect.poll(callsOfBad, WAIT).toBeLessThan(40);
  });

  test('is not moved by one of three who lies, or says absurd things, nor by one alone', async () => {
    const gateway = await start();
    await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, 1]);
    const told = async (...said: (readonly Measurement[])[]) => {
      const epoch = Number(await speak(world.chain, speeches(...said)));
      await expect.poll(() => gateway.log.some((line) => line.includes(`"epoch":${epoch}`)), WAIT).toBe(true);
      const all = [...(await factorsAt(gateway))];
      await passTime(world.chain, (SCORED_EPOCHS + 1) * WIDE_EPOCHS.epochSeconds);
      await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, 1]);
      return all;
    };
    const absurd = [measured(good, { samples: 1, successes: 65_535 }), { ...measured(bad), serviceId: 4e9 }];
    expect(await told(truth(), lie(), truth())).toEqual([1, 0.5]);
    expect(await told(truth(), absurd, truth())).toEqual([1, 0.5]);
    expect(await told(absurd, absurd, absurd)).toEqual([1, 1]);
    expect(await told(truth())).toEqual([1, 1]);
  });

  test('has no effect when a reorg takes it back', async () => {
    const gateway = await start();
    await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, 1]);
    const before = await world.chain.rpc('evm_snapshot');
    const height = await world.chain.client.getBlockNumber();
    await speak(world.chain, speeches(truth(), truth(), truth()));
    await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, 0.5]);
    const grown = (await world.chain.client.getBlockNumber()) - height;
    const { timestamp } = await world.chain.client.getBlock();
    await world.chain.rpc('evm_revert', before);
    // The other branch is longer, and as late.
    await world.chain.rpc('evm_setNextBlockTimestamp', Number(timestamp));
    await world.chain.rpc('anvil_mine', `0x${(grown + 10n).toString(16)}`);
    await passTime(world.chain, WIDE_EPOCHS.epochSeconds);
    await expect.poll(() => factorsAt(gateway), WAIT).toEqual([1, 1]);
    expect((await scoresAt(gateway)).map((score) => score?.epochs)).toEqual([[], []]);
    expect(await weightsAt(gateway)).toEqual([1, 1]);
  });
});
