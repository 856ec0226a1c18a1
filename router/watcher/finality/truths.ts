import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random } from '../../core/clock.ts';
import { type Ms, ms } from '../../core/units.ts';
import type { NetworkKey } from '../../registry/providerSet.ts';
import type { UpstreamClient } from '../../upstream/outcome.ts';
import { describeError } from '../describeError.ts';
import { MAX_READ_BYTES } from '../mix/question.ts';
import { probeTimeoutMs } from '../probeTiming.ts';
import { createSchedule } from '../schedule.ts';
import type { WatcherLog } from '../watcherLog.ts';
import { type Agreement, agree } from './agree.ts';
import { nearUntil } from './anchor.ts';
import { createAsk } from './ask.ts';
import { gatherTruth } from './gatherTruth.ts';
import type { NetworkNodes } from './networkNodes.ts';
import type { Truth } from './truth.ts';

export interface TruthsDependencies {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Mean time between two probes of a service. */
  readonly intervalMs: Ms;
  /** Of all networks that are measured. */
  readonly networks: () => readonly NetworkNodes[];
  readonly log: WatcherLog;
}

/** What is known for certain of each network, agreed and proven anew again and again. */
export interface Truths {
  /** Undefined while nothing was agreed lately: then nothing is checked. */
  of(network: NetworkKey): Truth | undefined;
  /** Resolves once aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** An anchor serves for about as many probes of each service. */
const RENEW_INTERVALS = 10;
/** Full nodes forget the state of a block after 25 minutes on Ethereum, sooner elsewhere. */
const MAX_RENEW_MS = 5 * 60_000;
/** When nothing new is agreed, what was agreed is as true as before, but questions about it become conspicuous. */
const KEPT_RENEWALS = 3;

const TICK_MS = 250;
/** Networks that are asked at once. */
const MAX_AT_ONCE = 4;

/** For blocks and receipts of all networks together, as they came: in memory they take about thrice as much. */
const MAX_BYTES = 48 * 1024 * 1024;

export function createTruths(dependencies: TruthsDependencies): Truths {
  const { upstream, clock, random, intervalMs, networks, log } = dependencies;
  const renewMs = ms(Math.min(RENEW_INTERVALS * intervalMs, MAX_RENEW_MS));
  const known = new Map<NetworkKey, { readonly truth: Truth; readonly at: Ms; readonly nearUntil: Ms }>();
  const said = new Map<NetworkKey, string>();
  const running = new Map<NetworkKey, Promise<void>>();
  const waiting = new Set<NetworkKey>();
  const schedule = createSchedule<NetworkKey>(random);

  const of: Truths['of'] = (network) => {
    const found = known.get(network);
    const now = clock.now();
    if (found === undefined || now - found.at > KEPT_RENEWALS * renewMs) return undefined;
    return now <= found.nearUntil ? found.truth : { ...found.truth, isNear: false };
  };

  async function renew(one: NetworkNodes, maxBytes: number, signal: AbortSignal): Promise<void> {
    const { network, nodes, reference, sla } = one;
    const ask = createAsk(upstream, probeTimeoutMs(sla), signal);
    const at = clock.now();
    const agreement = await agree({ nodes, reference, sla, ask, random });
    if (signal.aborted) return;
    tell(one, agreement);
    if (agreement.kind === 'none') return;
    const { anchor } = agreement;
    const agreed = new Set(anchor.agreedBy.map(({ operator }) => operator));
    const targets = nodes.filter(({ operator }) => agreed.has(operator)).map(({ target }) => target);
    const before = known.get(network);
    const knownCalls = before?.truth.calls ?? [];
    const until = nearUntil({ anchor, at }, before && { anchor: before.truth.anchor, at: before.at });
    const isNear = clock.now() <= until;
    const truth = await gatherTruth({ anchor, isNear, targets, ask, random, maxBytes, knownCalls });
    known.set(network, { truth, at, nearUntil: until });
  }

  /** Once for each change of the answer. */
  function tell({ network, slug }: NetworkNodes, agreement: Agreement): void {
    const word = agreement.kind === 'none' ? agreement.why : agreement.kind;
    if (said.get(network) === word) return;
    said.set(network, word);
    if (agreement.kind === 'agreed')
      log.info({ network: slug, block: agreement.anchor.number }, 'final_header_agreed');
    else if (word === 'reference') log.error({ network: slug, why: word }, 'final_header_not_agreed');
    else log.warn({ network: slug, why: word }, 'final_header_not_agreed');
  }

  function tick(signal: AbortSignal): void {
    const all = new Map(networks().map((one) => [one.network, one]));
    for (const memory of [known, said])
      for (const key of memory.keys()) if (!all.has(key)) memory.delete(key);
    schedule.keep(all.keys(), clock.now(), renewMs);
    for (const key of schedule.due(clock.now(), renewMs)) waiting.add(key);
    const maxBytes = Math.min(MAX_READ_BYTES, MAX_BYTES / (2 * all.size));
    for (const key of waiting) {
      const one = all.get(key);
      if (running.size >= MAX_AT_ONCE) return;
      if (running.has(key)) continue;
      waiting.delete(key);
      if (one === undefined) continue;
      const renewal = renew(one, maxBytes, signal)
        .catch((error: unknown) => log.error(describeError(error), 'truth_failed'))
        .finally(() => running.delete(key));
      running.set(key, renewal);
    }
  }

  return {
    of,
    async run(signal) {
      while (!signal.aborted) {
        tick(signal);
        await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
      }
      await Promise.allSettled(running.values());
    },
  };
}
