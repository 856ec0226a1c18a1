import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '../router/chain/commitment.ts';
import type { ProviderPage } from '../router/gateway/providerPage.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { honest, type RpcCall, startFaultyEndpoint } from './fixtures/faultyEndpoint.ts';
import { startGatewayProcess } from './fixtures/gatewayProcess.ts';
import { OUTAGE, type RecordWorld, startRecordWorld, WAIT } from './fixtures/recordWorld.ts';
import { SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';
import { passTime, reveal, speak, WIDE_EPOCHS } from './fixtures/watcherWords.ts';

let world: RecordWorld;

beforeAll(async () => {
  world = await startRecordWorld();
}, 60_000);
afterAll(() => world?.stop());
afterEach(async () => {
  await world.closeGateways();
  await world.forget();
});

const truth = () => [world.measured(world.good), world.measured(world.bad, OUTAGE)];
const lie = () => [world.measured(world.good, OUTAGE), world.measured(world.bad)];

describe('what watchers say', { timeout: 180_000 }, () => {
  test('moves weight once its epoch is closed, is the same after a restart, and decays', async () => {
    const gateway = await world.start();
    await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 1]);
    expect(await world.weightsAt(gateway)).toEqual([1, 1]);
    const epoch = Number(await reveal(world.chain, world.speeches(truth(), truth(), truth())));
    // Somebody might still say otherwise.
    await passTime(world.chain, WIDE_EPOCHS.revealSeconds / 2);
    await world.seen(gateway);
    expect(await world.factorsAt(gateway)).toEqual([1, 1]);
    await passTime(world.chain, WIDE_EPOCHS.revealSeconds / 2);
    await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 0.5]);
    expect(await world.weightsAt(gateway)).toEqual([1, 0.5]);
    expect((await world.scoresAt(gateway))[1]?.epochs).toEqual([
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

    const restarted = await world.start();
    await expect.poll(() => world.factorsAt(restarted), WAIT).toEqual([1, 0.5]);
    expect(await world.weightsAt(restarted)).toEqual([1, 0.5]);

    for (const factor of [0.75, 0.87, 0.94, 0.97, 0.98, 0.99, 1]) {
      await passTime(world.chain, WIDE_EPOCHS.epochSeconds);
      await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, factor]);
    }
    await expect.poll(() => world.weightsAt(gateway), WAIT).toEqual([1, 1]);
  });

  test('moves users’ calls to others', async () => {
    const gateway = await world.start();
    const badSwitch = createFaultSwitch(world.endpoints[1]?.controlUrl ?? '');
    const callsOfBad = async () => {
      const before = (await badSwitch.stats()).calls.web3_clientVersion ?? 0;
      for (let calls = 0; calls < 100; calls += 1) await gateway.call('devnet', 'web3_clientVersion');
      return ((await badSwitch.stats()).calls.web3_clientVersion ?? 0) - before;
    };
    for (let epochs = 0; epochs < 3; epochs += 1)
      await speak(world.chain, world.speeches(truth(), truth(), truth()));
    // Each of them has a silent one before it.
    await expect.poll(() => world.weightsAt(gateway), WAIT).toEqual([1, 0.3]);
    await expect.poll(callsOfBad, WAIT).toBeLessThan(40);
  });

  test('is not moved by one of three who lies, or says absurd things, nor by one alone', async () => {
    const gateway = await world.start();
    await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 1]);
    const told = async (...said: (readonly Measurement[])[]) => {
      const epoch = Number(await speak(world.chain, world.speeches(...said)));
      await expect.poll(() => gateway.log.some((line) => line.includes(`"epoch":${epoch}`)), WAIT).toBe(true);
      const all = [...(await world.factorsAt(gateway))];
      await world.forget();
      await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 1]);
      return all;
    };
    const absurd = [
      world.measured(world.good, { samples: 1, successes: 65_535 }),
      { ...world.measured(world.bad), serviceId: 4e9 },
    ];
    expect(await told(truth(), lie(), truth())).toEqual([1, 0.5]);
    expect(await told(truth(), absurd, truth())).toEqual([1, 0.5]);
    expect(await told(absurd, absurd, absurd)).toEqual([1, 1]);
    expect(await told(truth())).toEqual([1, 1]);
  });

  test('has no effect when a reorg takes it back', async () => {
    const gateway = await world.start();
    await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 1]);
    const before = await world.chain.rpc('evm_snapshot');
    const height = await world.chain.client.getBlockNumber();
    await speak(world.chain, world.speeches(truth(), truth(), truth()));
    await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 0.5]);
    const grown = (await world.chain.client.getBlockNumber()) - height;
    const { timestamp } = await world.chain.client.getBlock();
    await world.chain.rpc('evm_revert', before);
    // The other branch is longer, and as late.
    await world.chain.rpc('evm_setNextBlockTimestamp', Number(timestamp));
    await world.chain.rpc('anvil_mine', `0x${(grown + 10n).toString(16)}`);
    await passTime(world.chain, WIDE_EPOCHS.epochSeconds);
    await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 1]);
    expect((await world.scoresAt(gateway)).map((score) => score?.epochs)).toEqual([[], []]);
    expect(await world.weightsAt(gateway)).toEqual([1, 1]);
  });

  test('reaches every worker, those there are and those to come', async () => {
    const gateway = await startGatewayProcess({
      ...{ workers: 2, development: { allowPrivateEndpoints: true }, heads: { pollIntervalMs: 100 } },
      settlement: {
        ...{ chainId: SETTLEMENT_CHAIN_ID, rpc: [world.chain.anvil.url], pollIntervalMs: 50 },
        ...{ registry: world.chain.deployment.registry, checkpoint: false },
      },
    });
    try {
      await gateway.ready();
      await speak(world.chain, world.speeches(truth(), lie(), truth()));
      await expect.poll(() => world.weightsAt(gateway), WAIT).toEqual([1, 0.5]);
      const { pid } = await gateway.logged('worker_serving');
      process.kill(Number(pid), 'SIGKILL');
      await gateway.logged('worker_serving', 3);
      await expect.poll(() => world.weightsAt(gateway), WAIT).toEqual([1, 0.5]);
      const page = await fetch(`${gateway.url}/status/provider?id=${world.bad.address}`);
      const { services } = (await page.json()) as ProviderPage;
      expect(services[0]).toMatchObject({ network: 'devnet', score: 0.5 });
      expect(services[0]?.epochs[0]?.said.map(({ successes, dissents }) => [successes, dissents])).toEqual([
        [0, false],
        [20, true],
        [0, false],
      ]);
      const unknown = await fetch(`${gateway.url}/status/provider?id=0x${'1'.repeat(40)}`);
      expect(unknown.status).toBe(404);
    } finally {
      await gateway.stop();
    }
  });
});

describe('the way to what watchers say', { timeout: 180_000 }, () => {
  const aboutHub = ({ method, params }: RpcCall) =>
    method === 'eth_getLogs' &&
    JSON.stringify(params).toLowerCase().includes(world.chain.deployment.hub.toLowerCase());

  test('an endpoint that leaves reveals out is found out by the other', async () => {
    const liar = await startFaultyEndpoint(world.chain.anvil.url);
    liar.behave((call) => (aboutHub(call) ? { kind: 'alter', alter: () => [] } : { kind: 'pass' }));
    try {
      const gateway = await world.start(liar.url, world.chain.anvil.url);
      await speak(world.chain, world.speeches(truth(), truth(), truth()));
      await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 0.5]);
    } finally {
      await liar.die();
    }
  });

  test('without it scores stay, the provider set goes on, and it is found again', async () => {
    const endpoint = await startFaultyEndpoint(world.chain.anvil.url);
    try {
      const gateway = await world.start(endpoint.url);
      await speak(world.chain, world.speeches(truth(), truth(), truth()));
      await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 0.5]);
      endpoint.behave((call) => (aboutHub(call) ? { kind: 'drop' } : { kind: 'pass' }));
      await speak(world.chain, world.speeches(truth(), truth(), truth()));
      await expect
        .poll(() => gateway.log.filter((line) => line.includes('"record_unread"')).length, WAIT)
        .toBe(1);
      await world.seen(gateway);
      expect(await world.factorsAt(gateway)).toEqual([1, 0.5]);
      expect((await gateway.status()).settlement).toMatchObject({ state: 'live', lastError: null });
      endpoint.behave(honest);
      await passTime(world.chain, 1);
      // The one epoch, a silent one, and the other.
      await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 0.37]);
    } finally {
      await endpoint.die();
    }
  });
});
