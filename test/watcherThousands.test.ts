import { join } from 'node:path';
import { size } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { networkIdOf, offenceId, unpackMeasurements } from '../router/chain/commitment.ts';
import { windowsOf } from '../router/chain/epochClock.ts';
import { createTransactor } from '../router/chain/transact.ts';
import { unixSeconds } from '../router/core/units.ts';
import type { NetworkKey, Service, ServiceKey } from '../router/registry/providerSet.ts';
import { createAttester } from '../router/watcher/attest.ts';
import { buildReport } from '../router/watcher/report.ts';
import { createReportStore } from '../router/watcher/reportStore.ts';
import { chunkLimits } from '../router/watcher/revealGas.ts';
import { STAKE, startWatcherWorld, type WatcherWorld } from './fixtures/watcherWorld.ts';

const SERVICES = 5_000;
/** Networks on which the provider offers a service; all of them are silent. */
const SILENT = 20;
const SECONDS = 1_000;
const sla = {
  ...{ minAvailabilityBps: 9_000, maxP95LatencyMs: 2_000, maxP95BlockLag: 10 },
  ...{ maxMismatches: 0, minSamples: 3 },
};
const caip2s = Array.from({ length: SILENT }, (_, index) => `eip155:${70_000 + index}`);

let world: WatcherWorld;
beforeAll(async () => {
  world = await startWatcherWorld({
    parameters: {
      ...{ epochSeconds: SECONDS, commitSeconds: SECONDS, revealSeconds: SECONDS, evidenceSeconds: SECONDS },
      ...{ thawSeconds: 20 * SECONDS, courtChangeSeconds: 40 * SECONDS, escrowThawSeconds: 40 * SECONDS },
    },
    sla,
  });
  const governor = createTransactor({ client: world.client, account: world.account(0) });
  const provider = createTransactor({ client: world.client, account: world.account(5) });
  const registry = { address: world.deployment.registry, abi: providerRegistryAbi } as const;
  await Promise.all([
    world.enlistWatcher(world.account(15)),
    world.enlistProvider(world.account(5), 'http://127.0.0.1:9'),
  ]);
  await Promise.all(
    caip2s.map((caip2) =>
      governor.simulateAndSend({
        ...{ ...registry, functionName: 'addNetwork' },
        args: [caip2, caip2.replace(':', '-'), { minStake: 1n, sla }],
      }),
    ),
  );
  await Promise.all(
    caip2s.map((caip2) =>
      provider.simulateAndSend({
        ...{ ...registry, functionName: 'addService' },
        args: [networkIdOf(caip2), 'http://127.0.0.1:9', 1],
      }),
    ),
  );
}, 60_000);
afterAll(() => world?.stop());

async function jumpTo(seconds: number): Promise<void> {
  await world.client.request({ method: 'evm_setNextBlockTimestamp' as never, params: [seconds] as never });
  await world.client.request({ method: 'evm_mine' as never, params: [] as never });
}

test('measurements of 5,000 services reach the chain in a few bounded transactions, each record and each breach once', async () => {
  const { client, deployment } = world;
  const watcher = world.account(15);
  const author = { chainId: deployment.chainId, hub: deployment.hub, watcher: watcher.address };
  const hub = { address: deployment.hub, abi: watcherHubAbi } as const;
  const params = await client.readContract({ ...hub, functionName: 'epochParams' });
  const { gasLimit, number: before } = await client.getBlock();
  const limits = chunkLimits(gasLimit);

  const epoch = Number(await client.readContract({ ...hub, functionName: 'currentEpoch' })) + 1;
  const figures = { samples: 720, successes: 700, p95LatencyMs: 300, p95BlockLag: 2, mismatches: 0 };
  const provider = world.account(5).address;
  const networks = caip2s.map((caip2) => networkIdOf(caip2) as NetworkKey);
  const measured = Array.from({ length: SERVICES }, (_, index) => {
    const network = networks[index % SILENT]!;
    const service: Service = {
      ...{ key: `${index}` as ServiceKey, id: index + 1, provider, network, url: '', capabilities: 1 },
      ...{ status: 'live', minStake: 1n },
    };
    return { service, figures: index < SILENT ? { ...figures, successes: 0 } : figures };
  });
  const accusations = measured.slice(0, SILENT).map((one) => ({ ...one, offence: 'outage' as const }));
  const store = createReportStore(join(world.dir, 'thousands'), author);
  const report = buildReport(author, epoch, measured, accusations, `0x${'5a'.repeat(32)}`, limits);
  store.save(report);

  const events: string[] = [];
  const note = (_fields: object, event: string) => void events.push(event);
  const attester = createAttester({
    ...{ client, hub: deployment.hub, params, store },
    transactor: createTransactor({ client, account: watcher }),
    log: { debug: note, info: note, warn: note, error: note },
  });
  const { end, commitEnd } = windowsOf(params, epoch);
  for (const time of [end, commitEnd]) {
    await jumpTo(time);
    attester.step(unixSeconds(time));
    await attester.idle();
  }
  expect(events).toEqual(['report_committed', 'report_revealed']);
  store.close();

  const revealed = await client.getContractEvents({
    ...{ ...hub, eventName: 'Revealed', args: { watcher: watcher.address, epoch: BigInt(epoch) } },
    ...{ fromBlock: before, strict: true },
  });
  expect(revealed.length).toBe(report.chunks.length);
  expect(revealed.length).toBeLessThanOrEqual(4);
  const records = revealed.flatMap(({ args }) => unpackMeasurements(args.measurements));
  expect(records.map(({ serviceId }) => serviceId)).toEqual(measured.map(({ service }) => service.id));
  for (const { transactionHash } of revealed) {
    const [{ gasUsed }, { input }] = await Promise.all([
      client.getTransactionReceipt({ hash: transactionHash }),
      client.getTransaction({ hash: transactionHash }),
    ]);
    expect(Number(gasUsed)).toBeLessThan(limits.gas);
    expect(size(input)).toBeLessThan(limits.bytes + 1_000);
  }
  for (const { service } of accusations) {
    const id = offenceId({ epoch: BigInt(epoch), provider, network: service.network, offence: 4 });
    expect(await client.readContract({ ...hub, functionName: 'tallyOf', args: [id] })).toBe(STAKE);
  }
});
