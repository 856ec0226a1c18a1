import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PublicClient } from 'viem';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import type { Random } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Hex, ProviderSet } from '../registry/providerSet.ts';
import { accuse } from './accuse.ts';
import { describeError } from './describeError.ts';
import { epochReport, type MeasuredService, type SampledService } from './epochReport.ts';
import type { Prober } from './prober.ts';
import { pacedIntervalMs } from './probeTiming.ts';
import { buildReport, type ReportAuthor } from './report.ts';
import type { ReportStore } from './reportStore.ts';
import { chunkLimits } from './revealGas.ts';
import { withoutSharedSlowness } from './sharedSlowness.ts';
import type { WatcherLog } from './watcherLog.ts';
import { withCalls } from './withCalls.ts';

export interface CloseEpochDependencies {
  readonly client: PublicClient;
  readonly author: ReportAuthor;
  readonly prober: Prober;
  readonly providerSet: () => ProviderSet | undefined;
  readonly store: ReportStore;
  /** 32 fresh random bytes. */
  readonly salt: () => Hex;
  /** How long to wait for probes under way. */
  readonly harvestMs: Ms;
  readonly probeIntervalMs: Ms;
  readonly random: Random;
  readonly log: WatcherLog;
}

/** Near which another service must have answered: each is asked at least once within it. */
const WITNESS_INTERVALS = 2;
/** However often they are asked: a busy machine may take as long for an answer. */
const MIN_WITNESS_MS = 1_000;

/** Where the chain does not say: less than any chain with users has. */
const USUAL_BLOCK_GAS = 30_000_000n;

/** Reports of so many epochs stay on disk for whoever asks what this watcher said. */
const KEPT_EPOCHS = 1_000;

/**
 * Turns an ended epoch's samples into a report on disk, ready to be committed to. No report when this account has no
 * say in the epoch, or when nothing credible was measured: a watcher that lost its own network abstains.
 */
export async function closeEpoch(dependencies: CloseEpochDependencies, epoch: number): Promise<void> {
  const { author, prober, providerSet, store, salt, harvestMs, probeIntervalMs, random, log } = dependencies;
  const sampled = (await prober.harvest(epoch, harvestMs)).filter(isRegistered(providerSet()));
  const slas = new Map([...(providerSet()?.networks ?? [])].map(([key, { sla }]) => [key, sla]));
  const intervalMs = pacedIntervalMs(probeIntervalMs, sampled.length);
  const witnessMs = ms(Math.max(WITNESS_INTERVALS * intervalMs, MIN_WITNESS_MS));
  const report = (services: readonly SampledService[]) =>
    epochReport(withoutSharedSlowness(services, slas), witnessMs);
  const calls = prober.takeCalls(epoch);
  const measured: MeasuredService[] = [];
  let samples = 0;
  for (const packed of Map.groupBy(sampled, ({ service }) => service.network).values()) {
    const ofNetwork = packed.map((one) => ({ service: one.service, samples: one.samples }));
    samples += ofNetwork.reduce((sum, one) => sum + one.samples.length, 0);
    measured.push(...withCalls({ sampled: ofNetwork, calls, slas, report, random }));
    // A gateway's users have their turn: services are many, and networks apart from each other.
    await nextTurn();
  }
  const accusations = accuse(measured, slas);
  const summary = {
    epoch,
    services: measured.length,
    samples,
    /** Kept of users' calls. */
    calls: calls.values().reduce((sum, kept) => sum + kept.length, 0),
    breaches: accusations.map(({ service, offence }) => ({ provider: service.provider, offence })),
  };
  if (measured.length === 0) {
    const reason =
      samples > 0 ? 'every service failed at once: the own network is at fault' : 'nothing to measure';
    log.warn({ ...summary, reason }, 'epoch_abstained');
    return;
  }
  if (!(await mayAttest(dependencies, epoch))) {
    log.warn({ ...summary, reason: 'this account had no weight when the epoch began' }, 'epoch_abstained');
    return;
  }
  const limits = chunkLimits(await blockGas(dependencies));
  store.save(buildReport(author, epoch, measured, accusations, salt(), limits));
  store.prune(epoch - KEPT_EPOCHS);
  log.info(summary, 'epoch_closed');
}

/**
 * Whether the chain knows the service, also when it is paused or removed by now: one whose addition a reorg took away
 * may have no endpoint yet, and its number may be another's.
 */
function isRegistered(set: ProviderSet | undefined): (one: SampledService) => boolean {
  return ({ service: { provider, network, id } }) =>
    set?.providers.get(provider)?.services.get(network)?.id === id;
}

async function blockGas({ client }: CloseEpochDependencies): Promise<bigint> {
  return await client.getBlock().then(
    ({ gasLimit }) => gasLimit,
    () => USUAL_BLOCK_GAS,
  );
}

async function mayAttest({ client, author, log }: CloseEpochDependencies, epoch: number): Promise<boolean> {
  try {
    const weight = await client.readContract({
      address: author.hub,
      abi: watcherHubAbi,
      functionName: 'weightAt',
      args: [author.watcher, BigInt(epoch)],
    });
    return weight > 0n;
  } catch (error) {
    log.warn({ epoch, ...describeError(error) }, 'weight_unread');
    // The hub decides when the report reaches it.
    return true;
  }
}
