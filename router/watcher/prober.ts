import { setTimeout as sleep } from 'node:timers/promises';
import type { CallObservation, ObservedService } from '../core/callObservation.ts';
import type { Clock, Random } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import type { ProviderSet, ServiceKey } from '../registry/providerSet.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { createCallBook } from './callBook.ts';
import { sampleOfCall } from './callSample.ts';
import type { ServiceExaminer } from './checks/serviceExaminer.ts';
import { describeError } from './describeError.ts';
import type { SampledService } from './epochReport.ts';
import type { Truth } from './finality/truth.ts';
import type { Truths } from './finality/truths.ts';
import { type OwnTrouble, TICK_MS } from './ownTrouble.ts';
import { type Probed, probe } from './probe.ts';
import { type Probeable, probeableServices } from './probeable.ts';
import { pacedIntervalMs } from './probeTiming.ts';
import type { Sample } from './sample.ts';
import { createSampleBook } from './sampleBook.ts';
import { createSchedule } from './schedule.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface ProberDependencies {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Longer while there are more services than can be asked that often. */
  readonly intervalMs: Ms;
  readonly allowPrivateEndpoints: boolean;
  /** The set to measure; undefined while none is known. */
  readonly providerSet: () => ProviderSet | undefined;
  /** The epoch that runs by the chain's time; undefined while it is unknown. */
  readonly epoch: () => number | undefined;
  /** What is known for certain of each network. */
  readonly truths: Pick<Truths, 'of'>;
  readonly examine: ServiceExaminer;
  readonly trouble: Omit<OwnTrouble, 'note'>;
  /** Told of each answer that is proven wrong. */
  readonly onWrong: (epoch: number, service: Probeable, wrong: NonNullable<Probed['wrong']>) => void;
  readonly log: Pick<WatcherLog, 'error'>;
}

/** Keeps asking all active services, at random times. */
export interface Prober {
  /** Resolves once aborted, and all probes with it. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * The samples of an epoch that has ended, once its probes under way have come back or `withinMs` have passed; what
   * comes later is lost. They are forgotten here, and unpacked each time that they are looked at.
   */
  harvest(epoch: number, withinMs: Ms): Promise<SampledService[]>;
  /** Takes what a user's call showed; nothing when the service is not measured, or not at this URL. */
  observe(service: ObservedService, observation: CallObservation): void;
  /** What users' calls showed in an epoch that has ended: of each service some. They are forgotten here. */
  takeCalls(epoch: number): ReadonlyMap<ServiceKey, readonly Sample[]>;
}

interface Flight {
  readonly epoch: number;
  readonly landed: Promise<void>;
}

/** More would measure this machine instead of the services. */
const MAX_IN_FLIGHT = 256;

/** So long a pause or a move may be in effect before its event is seen. */
const NEWS_MS = 30_000;

export function createProber(dependencies: ProberDependencies): Prober {
  const { clock, random, intervalMs, allowPrivateEndpoints, providerSet, trouble } = dependencies;
  const book = createSampleBook();
  const calls = createCallBook(random);
  const flights = new Set<Flight>();
  const schedule = createSchedule<ServiceKey>(random);
  const claimedHeads = new Map<ServiceKey, number>();
  let seen: { set: ProviderSet; probeable: Map<ServiceKey, Probeable> } | undefined;

  const unexpected = (error: unknown) => dependencies.log.error(describeError(error), 'probe_failed');

  function targets(): ReadonlyMap<ServiceKey, Probeable> {
    const set = providerSet();
    if (set === undefined) return new Map();
    // A new block makes a new set, most often with the same services.
    if (seen?.set.active === set.active && seen.set.networks === set.networks) return seen.probeable;
    const probeable = probeableServices(set, allowPrivateEndpoints);
    for (const one of seen?.probeable.values() ?? [])
      if (hasAnnounced(set, one))
        for (const each of [book, calls]) each.forgive(one.service.key, ms(clock.now() - NEWS_MS));
    for (const key of claimedHeads.keys()) if (!probeable.has(key)) claimedHeads.delete(key);
    seen = { set, probeable };
    schedule.keep(probeable.keys(), clock.now(), pacedIntervalMs(intervalMs, probeable.size));
    return probeable;
  }

  /** What it can be asked about. What lies past its own head it need not have: its lag tells of that. */
  function truthFor({ service, network }: Probeable): Truth | undefined {
    const truth = dependencies.truths.of(network.key);
    const head = claimedHeads.get(service.key);
    return truth === undefined || head === undefined || head < truth.anchor.number ? undefined : truth;
  }

  async function measure(epoch: number, one: Probeable, signal: AbortSignal): Promise<void> {
    const probed = await probe(dependencies, one, truthFor(one), signal);
    const head = probed?.sample.head;
    if (head !== undefined) claimedHeads.set(one.service.key, head);
    // Paused, moved or jailed meanwhile: what it did then is not measured.
    const now = targets().get(one.service.key)?.service;
    if (probed === undefined || now?.url !== one.service.url) return;
    book.add(epoch, now, trouble.corrected(probed.sample));
    if (probed.wrong) dependencies.onWrong(epoch, one, probed.wrong);
  }

  function tick(epoch: number, signal: AbortSignal): void {
    const known = targets();
    for (const key of schedule.due(clock.now(), pacedIntervalMs(intervalMs, known.size))) {
      const target = known.get(key);
      if (target === undefined || flights.size >= MAX_IN_FLIGHT) continue;
      const flight = { epoch, landed: measure(epoch, target, signal).catch(unexpected) };
      flights.add(flight);
      void flight.landed.finally(() => flights.delete(flight));
    }
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        trouble.tick();
        const epoch = dependencies.epoch();
        if (epoch !== undefined) tick(epoch, signal);
        await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
      }
      await Promise.allSettled([...flights].map(({ landed }) => landed));
    },
    async harvest(epoch, withinMs) {
      const landing = [...flights].filter((flight) => flight.epoch === epoch).map(({ landed }) => landed);
      const late = new AbortController();
      await Promise.race([
        Promise.allSettled(landing),
        sleep(withinMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      return book.take(epoch).map((page) => ({
        service: page.service,
        get samples() {
          return trouble.settle(page.samples);
        },
      }));
    },
    observe({ key, url }, observation) {
      const epoch = dependencies.epoch();
      const target = targets().get(key as ServiceKey);
      if (epoch === undefined || target?.service.url !== url) return;
      const sample = sampleOfCall(observation, target.network.sla);
      if (sample) calls.add(epoch, target.service.key, trouble.corrected(sample));
    },
    takeCalls: (epoch) =>
      new Map(Array.from(calls.take(epoch), ([key, samples]) => [key, trouble.settle(samples)])),
  };
}

/** Whether its provider has paused, removed or moved the service: a while ago, as news takes its time. */
function hasAnnounced(set: ProviderSet, { service }: Probeable): boolean {
  const now = set.providers.get(service.provider)?.services.get(service.network);
  return now !== undefined && (now.status !== 'live' || now.url !== service.url);
}
