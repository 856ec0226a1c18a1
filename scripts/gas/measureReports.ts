import { type Hex, keccak256, numberToHex } from 'viem';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import {
  type Breach,
  chunkHash,
  commitment,
  packMeasurements,
  sortBreaches,
} from '../../router/chain/commitment.ts';
import { NETWORKS, PROVIDERS, WATCHERS } from './cast.ts';
import { type Meter, TOKEN } from './meter.ts';
import { callOf } from './testDeployment.ts';
import { CHAIN_ID } from './testNode.ts';

const WATCHER = 1;
const LATENCY = 1;
const SERVICES = 1_000;
/** Service ids of a network with this many services. */
const MAX_SERVICE_ID = 5_000;

const abi = watcherHubAbi;

/** The breaches of an epoch, one for each service, for whom they are attested by all watchers. */
export const EPOCH_BREACHES = [0, 1, 2, 10] as const;

/**
 * Watchers and whole reports; leaves quorums about one, two and ten breaches behind.
 * @returns the last epoch, that with ten.
 */
export async function measureReports(meter: Meter): Promise<bigint> {
  const { deployment, measure, send, figures } = meter;
  const { hub, vault, governor } = deployment;
  const fund = callOf({
    ...{ abi: stakeVaultAbi, to: vault, functionName: 'fundRewards' },
    args: [10_000n * TOKEN],
  });
  await send(governor, fund);
  for (const [index, { address }] of WATCHERS.entries()) {
    const stake = callOf({
      ...{ abi: stakeVaultAbi, to: vault, functionName: 'stake' },
      args: [WATCHER, address, 100_000n * TOKEN],
    });
    await send(address, stake);
    const join = callOf({ abi, to: hub, functionName: 'join', args: [] });
    // The second: the first watcher of a deployment writes the total's first checkpoint.
    if (index === 1) await measure('hub.join', address, join);
    else await send(address, join);
  }

  // The next epoch is the first with weight.
  let epoch = (await epochNow(meter)) + 1n;
  for (const count of EPOCH_BREACHES) {
    await measureEpoch(meter, epoch, count);
    epoch += 1n;
  }
  const more = (few: string, many: string) => Math.round(((figures[many] ?? 0) - (figures[few] ?? 0)) / 8);
  figures['hub.breachFirst'] = more('hub.revealFirst2', 'hub.revealFirst10');
  figures['hub.breachQuorum'] = more('hub.revealQuorum2', 'hub.revealQuorum10');
  figures['hub.breachLater'] = more('hub.revealLater2', 'hub.revealLater10');
  delete figures['hub.revealLater1'];
  delete figures['hub.revealLater2'];

  await deployment.node.jumpTo(endOf(meter, epoch));
  const args = [WATCHERS[0].address, epoch - 1n] as const;
  await measure('hub.claimReward', governor, callOf({ abi, to: hub, functionName: 'claimReward', args }));
  return epoch - 1n;
}

/** Commits and reveals of all watchers. The first epoch is healthy, and warms the watchers' reports up. */
async function measureEpoch(meter: Meter, epoch: bigint, count: number): Promise<void> {
  const { deployment, measure, send } = meter;
  const { hub, node } = deployment;
  const end = endOf(meter, epoch);
  await node.jumpTo(end);
  const reports = WATCHERS.map(({ address }, index) => reportOf(meter, address, epoch, count, index));
  for (const [index, { address }] of WATCHERS.entries()) {
    const args = [epoch, reports[index]?.commitment ?? '0x'] as const;
    const commit = callOf({ abi, to: hub, functionName: 'commit', args });
    if (count === 0 && index === 0) await measure('hub.commit', address, commit);
    else await send(address, commit);
  }
  await node.jumpTo(end + deployment.parameters.epochs.commitSeconds);
  for (const [index, { address }] of WATCHERS.entries()) {
    const report = reports[index];
    if (report === undefined) continue;
    const { salt, chunkHashes, measurements, breaches } = report;
    const args = [epoch, salt, chunkHashes, measurements, breaches] as const;
    const reveal = callOf({ abi, to: hub, functionName: 'reveal', args });
    const which = ['First', 'Quorum', 'Later'][index];
    if (count > 0) await measure(`hub.reveal${which}${count}`, address, reveal);
    else if (index === 0) await measure('hub.revealHealthy', address, reveal);
    else await send(address, reveal);
  }
}

/** What one watcher reports about an epoch with so many breaches; `index` changes its figures a little. */
export function reportOf(meter: Meter, watcher: Hex, epoch: bigint, count: number, index: number) {
  const breaches = sortBreaches(epoch, breachesOf(count));
  const measurements = someMeasurements(index + 1);
  const chunkHashes = [chunkHash({ measurements, breaches })];
  const salt = keccak256(numberToHex(epoch * 10n + BigInt(index)));
  const { hub } = meter.deployment;
  const parts = { chainId: CHAIN_ID, hub, watcher, epoch, salt, chunkHashes };
  return { salt, chunkHashes, measurements, breaches, commitment: commitment(parts) };
}

function breachesOf(count: number): Breach[] {
  const offers = PROVIDERS.flatMap(({ address: provider }) =>
    NETWORKS.map((network) => ({ provider, network })),
  );
  return offers.slice(0, count).map((offer) => ({
    ...{ ...offer, offence: LATENCY, samples: 712, successes: 707 },
    ...{ p95LatencyMs: 1_840, p95BlockLag: 1, mismatches: 0 },
  }));
}

/** Figures as a quiet epoch has them. */
function someMeasurements(seed: number): Hex {
  const step = 4.7;
  return packMeasurements(
    Array.from({ length: SERVICES }, (_, at) => {
      const noise = (at * 7_919 + seed * 104_729) % 1_000;
      const samples = 690 + (noise % 30);
      return {
        serviceId: Math.min(1 + Math.floor(at * step) + (noise % 4), MAX_SERVICE_ID),
        samples,
        successes: samples - (noise % 3),
        p95LatencyMs: 60 + (noise % 60),
        p95BlockLag: noise % 3,
        mismatches: 0,
      };
    }),
  );
}

async function epochNow({ deployment }: Meter): Promise<bigint> {
  const { genesis, epochSeconds } = deployment.parameters.epochs;
  return BigInt(Math.floor(((await deployment.node.now()) - genesis) / epochSeconds));
}

function endOf({ deployment }: Meter, epoch: bigint): number {
  const { genesis, epochSeconds } = deployment.parameters.epochs;
  return genesis + (Number(epoch) + 1) * epochSeconds;
}
