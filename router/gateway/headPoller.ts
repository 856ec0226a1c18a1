import { setTimeout as delay } from 'node:timers/promises';
import { eip155ChainId } from '../core/caip2.ts';
import type { Random } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { type Ms, ms } from '../core/units.ts';
import type { UpstreamClient, UpstreamOutcome } from '../upstream/outcome.ts';
import type { HeadReport, NetworkRouter, RouteService } from './networkRouter.ts';
import { createServiceLoops, isSameTarget, type ServiceLoops } from './serviceLoops.ts';

export interface HeadPollerArgs {
  readonly upstream: UpstreamClient;
  readonly random: Random;
  readonly intervalMs: () => Ms;
  readonly timeoutMs: () => Ms;
  /** After the router has taken it. */
  readonly onReport?: (router: NetworkRouter, key: string, report: HeadReport) => void;
  /** Rejects when the signal aborts. Replaced in tests. */
  readonly sleep?: (time: Ms, signal: AbortSignal) => Promise<unknown>;
}

// Longest Retry-After that keeps a service unpolled: a stranger chooses it.
const MAX_PAUSE_MS = ms(60_000);
const TRUSTED_POLLS = 10;
const JUMP_BLOCKS = 64;
// Of thousands that come at once, as when the set is loaded, so many are connected to in a second: each takes a socket
// and both sides some work, and users' calls must not wait for all of them.
const FIRST_POLLS_PER_MS = 1;
const POLLED_AT_ONCE = 100;

/**
 * Asks every service for its newest block, and for its chain id at first, after each failure or jump, and every some
 * polls: what stands behind a URL may be replaced. A service's next poll only when its last has ended, so that a hung
 * service never gathers polls. Where there is no traffic to copy these polls also try whether a failed service is back.
 */
export function createHeadPoller(args: HeadPollerArgs): ServiceLoops {
  const sleep = args.sleep ?? ((time, signal) => delay(time, undefined, { signal, ref: false }));

  const ask = (service: RouteService, method: string, signal: AbortSignal) =>
    args.upstream.call(
      service.target,
      { method, params: '[]' as RawJson, repeatable: true },
      { timeoutMs: args.timeoutMs(), signal },
    );

  let spreadMs = 0;
  const poll = async (router: NetworkRouter, service: RouteService, signal: AbortSignal) => {
    const chainId = eip155ChainId(router.caip2);
    // Other namespaces have other methods: their services are served without a known head.
    if (chainId === undefined) return;
    if (spreadMs > 0) await sleep(ms(args.random() * spreadMs), signal).catch(() => undefined);
    // Polls until the chain id is asked for again.
    let trust = 0;
    let before: number | undefined;
    while (!signal.aborted) {
      // One after the other, over one connection: a second one for each of thousands is not worth the time that it saves.
      const head = await ask(service, 'eth_blockNumber', signal);
      const isAskedForChain = head.ok && (trust === 0 || isJump(head, before));
      const chain = isAskedForChain ? await ask(service, 'eth_chainId', signal) : undefined;
      if (signal.aborted) return;
      const report = headReport(head, chain, chainId);
      if (chain) trust = TRUSTED_POLLS;
      trust = report.ok && report.chainIdOk ? trust - 1 : 0;
      before = report.ok ? report.number : undefined;
      router.reportHead(service.key, report);
      args.onReport?.(router, service.key, report);
      const pause = Math.max(
        pauseOf(head),
        chain ? pauseOf(chain) : 0,
        args.intervalMs() * (0.9 + 0.2 * args.random()),
      );
      await sleep(ms(pause), signal).catch(() => undefined);
    }
  };

  const loops = createServiceLoops({ run: poll, isSame: isSameTarget });
  return {
    follow(router, services) {
      spreadMs = Math.max(services.length - POLLED_AT_ONCE, 0) / FIRST_POLLS_PER_MS;
      loops.follow(router, services);
    },
    stop: loops.stop,
  };
}

/** Whether a head is further from the last one than a chain goes between two polls. */
function isJump(head: UpstreamOutcome, before: number | undefined): boolean {
  const number = head.ok ? quantity(head.result) : undefined;
  return number !== undefined && before !== undefined && Math.abs(number - before) > JUMP_BLOCKS;
}

/** What two answers say about a service. @param chain undefined when the chain id is already known to be right */
export function headReport(
  head: UpstreamOutcome,
  chain: UpstreamOutcome | undefined,
  expectedChainId: number,
): HeadReport {
  if (chain?.ok === false) return { ok: false, class: chain.class };
  if (!head.ok) return { ok: false, class: head.class };
  const number = quantity(head.result);
  const chainId = chain ? quantity(chain.result) : expectedChainId;
  if (number === undefined || chainId === undefined) return { ok: false, class: 'provider' };
  return { ok: true, number, chainIdOk: chainId === expectedChainId };
}

/** `"0x1a"` as a number; undefined for all that is no quantity or not exact as a number. */
function quantity(raw: RawJson): number | undefined {
  const match = /^\s*"(0x[0-9a-fA-F]{1,14})"\s*$/.exec(raw);
  const value = Number(match?.[1]);
  return Number.isSafeInteger(value) ? value : undefined;
}

function pauseOf(outcome: UpstreamOutcome): number {
  return outcome.ok ? 0 : Math.min(outcome.retryAfterMs ?? 0, MAX_PAUSE_MS);
}
