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
/** Latency and block lag. */
const OFFENCES = [1, 2];
const SERVICES = 1_000;
/** Service ids of a network with this many services. */
const MAX_SERVICE_ID = 5_000;

/** In the order in which the watchers reveal; two of three are a quorum. */
const WHICH = ['First', 'Quorum', 'Later'] as const;

const abi = watcherHubAbi;

/** How many breaches each epoch has; all watchers attest them. */
export const EPOCH_BREACHES = [0, 1, 2, 10, 20] as const;

/**
 * Watchers and whole reports; leaves quorums about one, two, ten and twenty breaches behind, an epoch each.
 * @returns the last epoch, that with twenty.
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
  // Between ten and twenty: the first few disappear below the floor that the measurements' calldata sets.
  for (const which of WHICH) {
    const [ten = 0, twenty = 0] = [10, 20].map((count) => figures[`hub.reveal${which}${count}`]);
    figures[`hub.breach${which}`] = Math.round((twenty - ten) / 10);
  }

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
    if (count > 0) await measure(`hub.reveal${WHICH[index]}${count}`, address, reveal);
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
  const offers = OFFENCES.flatMap((offence) =>
    PROVIDERS.flatMap(({ address: provider }) => NETWORKS.map((network) => ({ provider, network, offence }))),
  );
  return offers.slice(0, count).map((offer) => ({
    ...{ ...offer, samples: 712, successes: 707 },
    ...{ p95LatencyMs: 1_840, p95BlockLag: 17, mismatches: 0 },
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
