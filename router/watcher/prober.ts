import { setTimeout as sleep } from 'node:timers/promises';
import type { CallObservation, ObservedService } from '../core/callObservation.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { Ms } from '../core/units.ts';
import type { ProviderSet, ServiceKey } from '../registry/providerSet.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { createCallBook } from './callBook.ts';
import { sampleOfCall } from './callSample.ts';
import type { SampledService } from './epochReport.ts';
import { probe } from './probe.ts';
import { type Probeable, probeableServices } from './probeable.ts';
import { probeTimeoutMs } from './probeTiming.ts';
import type { Sample } from './sample.ts';
import { createSampleBook } from './sampleBook.ts';
import { dueProbes, type Schedule } from './schedule.ts';

export interface ProberDependencies {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly intervalMs: Ms;
  readonly allowPrivateEndpoints: boolean;
  /** The set to measure; undefined while none is known. */
  readonly providerSet: () => ProviderSet | undefined;
  /** The epoch that runs by the chain's time; undefined while it is unknown. */
  readonly epoch: () => number | undefined;
}

/** Keeps asking all active services, at random times. */
export interface Prober {
  /** Resolves once aborted, and all probes with it. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * The samples of an epoch that has ended, once its probes under way have come back or `withinMs` have passed; what
   * comes later is lost. They are forgotten here.
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

/** Fine enough for random times, coarse enough to cost nothing. */
const TICK_MS = 100;

export function createProber(dependencies: ProberDependencies): Prober {
  const { clock, random, intervalMs, allowPrivateEndpoints, providerSet, epoch: currentEpoch } = dependencies;
  const book = createSampleBook();
  const calls = createCallBook(random);
  const flights = new Set<Flight>();
  let schedule: Schedule<ServiceKey> = new Map();
  let seen: { set: ProviderSet; probeable: Map<ServiceKey, Probeable> } | undefined;

  function targets(): ReadonlyMap<ServiceKey, Probeable> {
    const set = providerSet();
    if (set === undefined) return new Map();
    if (seen?.set !== set) seen = { set, probeable: probeableServices(set) };
    return seen.probeable;
  }

  async function measure(epoch: number, { service, network, chainId }: Probeable, signal: AbortSignal) {
    const sample = await probe(
      dependencies,
      {
        target: { url: service.url, allowPrivate: allowPrivateEndpoints },
        expectedChainId: chainId,
        timeoutMs: probeTimeoutMs(network.sla),
      },
      signal,
    );
    // Paused, moved or jailed meanwhile: what it did then is not measured.
    const now = targets().get(service.key)?.service;
    if (sample && now?.url === service.url) book.add(epoch, now, sample);
  }

  function tick(epoch: number, signal: AbortSignal): void {
    const known = targets();
    const next = dueProbes(schedule, known.keys(), clock.now(), intervalMs, random);
    schedule = next.schedule;
    for (const key of next.due) {
      const target = known.get(key);
      if (target === undefined || flights.size >= MAX_IN_FLIGHT) continue;
      const flight = { epoch, landed: measure(epoch, target, signal) };
      flights.add(flight);
      void flight.landed.finally(() => flights.delete(flight));
    }
  }

  return {
    async run(signal) {
      while (!signal.aborted) {
        const epoch = currentEpoch();
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
      return book.take(epoch);
    },
    observe({ key, url }, observation) {
      const epoch = currentEpoch();
      const target = targets().get(key as ServiceKey);
      if (epoch === undefined || target?.service.url !== url) return;
      const sample = sampleOfCall(observation, target.network.sla);
      if (sample) calls.add(epoch, target.service.key, sample);
    },
    takeCalls: calls.take,
  };
}
