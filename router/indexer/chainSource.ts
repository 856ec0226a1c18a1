import { setTimeout as sleep } from 'node:timers/promises';
import type { Address, PublicClient } from 'viem';
import { describeChainError } from '../chain/chainError.ts';
import { discoverRegistry, NotARegistryError, type RegistryContracts } from '../chain/contracts.ts';
import type { SettlementEndpoint } from '../chain/settlementEndpoints.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import { type Ms, ms } from '../core/units.ts';
import { emptySet, type ProviderSet } from '../registry/providerSet.ts';
import type { ProviderSource, SourceStatus } from '../registry/providerSource.ts';
import { type CatchUpStep, catchUp, ReorgTooDeepError } from './catchUp.ts';
import { createChainQuirks } from './chainQuirks.ts';
import { type ChainReader, createChainReader } from './chainReader.ts';
import { newest, openWindow, type ReorgWindow } from './reorgWindow.ts';

const POLL_INTERVAL_MS = 500;
// Most public endpoints allow 10,000 blocks at once; the ranges halve for the others.
const MAX_RANGE = 10_000;
// Deeper than any reorg of a live network; a longer one is a fault that people must hear of.
const REORG_DEPTH = 128;
// While the chain keeps changing under the reading, look again at once, but not for ever.
const MAX_LOOKS = 5;
// During the first load each round is shorter than the one before; this near the head, the set counts as loaded.
const LOADED_WITHIN_BLOCKS = 16n;

/** What a source logs to; pino's loggers are one. */
export interface SourceLogger {
  info(values: object, event: string): void;
  warn(values: object, event: string): void;
  error(values: object, event: string): void;
}

export interface BackfillProgress {
  readonly fromBlock: bigint;
  /** Done up to and with this one. */
  readonly block: bigint;
  /** The chain's head when this stretch was begun. */
  readonly head: bigint;
  /** Found so far. */
  readonly events: number;
}

export interface ChainSourceOptions {
  readonly client: PublicClient;
  /** The provider registry; names all that is needed besides. */
  readonly registry: Address;
  /** The settlement chain that the operator means; any when left out. */
  readonly chainId?: number;
  readonly clock?: Clock;
  readonly logger?: SourceLogger;
  /** Default 500 ms. */
  readonly pollIntervalMs?: number;
  /** Most blocks per log request. Default 10,000. */
  readonly maxRange?: number;
  /** Blocks that a reorg may undo without a full load. Default 128. */
  readonly reorgDepth?: number;
  /** During the first load, after each range. */
  onProgress?(progress: BackfillProgress): void;
}

interface Followed {
  readonly contracts: RegistryContracts;
  readonly reader: ChainReader;
  readonly fromBlock: bigint;
  window: ReorgWindow;
}

/**
 * The provider set from the contracts' events over JSON-RPC. After `start`, keeps following until `stop` or the
 * signal's abort, and goes through endpoint failures with the last set in hand; may be started again, and goes on from
 * where it stood. A registry that was replaced is still followed, and the log says so.
 *
 * `start` rejects with {@link WrongChainError}, `NotARegistryError` or the signal's reason, else tries on.
 */
export function createChainSource(options: ChainSourceOptions): ProviderSource {
  const { client, registry, clock = systemClock, logger, onProgress } = options;
  const { pollIntervalMs = POLL_INTERVAL_MS, maxRange = MAX_RANGE, reorgDepth = REORG_DEPTH } = options;
  const listeners = new Set<(set: ProviderSet) => void>();
  let published: ProviderSet | undefined;
  let followed: Followed | undefined;
  /** From the first load, or a full reload, until it reaches the head: nothing half-built is shown. */
  let loading = true;
  let state: SourceStatus['state'] = 'starting';
  let lastError: string | undefined;
  let freshAt: Ms = clock.now();
  let eventsFound = 0;
  let run: { readonly stop: AbortController; done: Promise<void> } | undefined;

  function publish(set: ProviderSet): void {
    if (set === published) return;
    const replacedBy = set.successor === published?.successor ? undefined : set.successor;
    if (replacedBy !== undefined) logger?.error({ registry, successor: replacedBy }, 'registry_replaced');
    published = set;
    for (const listener of listeners) {
      try {
        listener(set);
      } catch (error) {
        logger?.error({ error: String(error) }, 'provider_set_listener_failed');
      }
    }
  }

  function onStep(target: Followed, { window, events, head }: CatchUpStep): void {
    const from = newest(target.window).block.number;
    const to = newest(window).block.number;
    target.window = window;
    eventsFound += events;
    if (loading) onProgress?.({ fromBlock: target.fromBlock, block: to, head, events: eventsFound });
    else if (to > from) publish(newest(window));
    else logger?.info({ from: String(from), to: String(to) }, 'settlement_reorg_rolled_back');
  }

  /** From nothing: what the contracts are, and an empty set right before their first block. */
  async function open(): Promise<Followed> {
    const expected = followed?.contracts.chainId ?? options.chainId;
    if (expected !== undefined) {
      const actual = await client.getChainId();
      if (actual !== expected) throw new WrongChainError(expected, actual);
    }
    const contracts = await discoverRegistry(client, registry);
    const reader = createChainReader(onlyEndpoint(client), contracts, createChainQuirks(logger));
    const fromBlock = contracts.deploymentBlock > 0n ? contracts.deploymentBlock - 1n : 0n;
    const base = await reader.blockAt(fromBlock);
    if (base === undefined)
      throw new NotARegistryError(registry, contracts.chainId, 'it names a block to come');
    eventsFound = 0;
    return { contracts, reader, fromBlock, window: openWindow(emptySet(base), reorgDepth) };
  }

  /** One look at the chain; whether the set is whole and of now. Rejects when the chain cannot be seen. */
  async function poll(signal: AbortSignal): Promise<boolean> {
    followed ??= await abortable(open(), signal);
    const target = followed;
    for (let look = 0; look < MAX_LOOKS; look++) {
      const before = newest(target.window).block.number;
      const result = await abortable(
        catchUp({
          reader: target.reader,
          window: target.window,
          maxRange,
          onStep(step) {
            // Reading that outlives `stop` must not alter what a later `start` goes on from.
            signal.throwIfAborted();
            onStep(target, step);
          },
        }),
        signal,
      );
      const { block } = newest(target.window);
      if (result === 'moved' || (loading && block.number - before > LOADED_WITHIN_BLOCKS)) continue;
      loading = false;
      publish(newest(target.window));
      if (result === 'current') freshAt = clock.now();
      else logger?.warn({ block: String(block.number) }, 'settlement_endpoint_behind');
      return true;
    }
    return false;
  }

  /** Whether the source is live. Rejects when it never can be. */
  async function pollSafely(signal: AbortSignal): Promise<boolean> {
    try {
      if (!(await poll(signal))) return false;
      if (state === 'stale')
        logger?.info({ block: String(published?.block.number) }, 'settlement_live_again');
      state = 'live';
      lastError = undefined;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof ReorgTooDeepError) await reload(error, signal);
      else noteFailure(error);
      const hopeless = error instanceof WrongChainError || error instanceof NotARegistryError;
      if (hopeless && published === undefined) throw error;
      return false;
    }
  }

  /** The published set stays until the new one is whole. */
  async function reload(reason: ReorgTooDeepError, signal: AbortSignal): Promise<void> {
    if (state !== 'stale') logger?.error({ error: reason.message }, 'settlement_reorg_too_deep');
    noteFailure(reason);
    try {
      followed = await abortable(open(), signal);
      loading = true;
    } catch (error) {
      // Still on the window that the chain has left: the next look finds that out again.
      if (!signal.aborted) noteFailure(error);
    }
  }

  function noteFailure(error: unknown): void {
    const message = describeChainError(error);
    if (message !== lastError) logger?.warn({ error: message }, 'settlement_unreachable');
    lastError = message;
    if (published !== undefined) state = 'stale';
  }

  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(pollIntervalMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await pollSafely(signal);
    }
  }

  return {
    kind: 'chain',
    async start(outer) {
      if (run !== undefined) throw new SourceRunningError();
      const stop = new AbortController();
      const signal = AbortSignal.any([outer, stop.signal]);
      const current = { stop, done: Promise.resolve() };
      run = current;
      state = published === undefined ? 'starting' : 'stale';
      try {
        while (!(await pollSafely(signal))) await sleep(pollIntervalMs, undefined, { signal });
      } catch (error) {
        state = 'stopped';
        run = undefined;
        throw signal.aborted ? signal.reason : error;
      }
      current.done = follow(signal).finally(() => {
        state = 'stopped';
        if (run === current) run = undefined;
      });
    },
    async stop() {
      run?.stop.abort(new SourceStoppedError());
      await run?.done;
    },
    current: () => published,
    status: () => ({
      state,
      ageMs: ms(clock.now() - freshAt),
      lastError,
      via: published && 'chain',
      backfill: undefined,
      endpoints: [],
    }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function onlyEndpoint(client: PublicClient): SettlementEndpoint {
  return {
    name: 'rpc',
    client,
    others: () => [],
    saw() {},
    leave(_, detail): never {
      throw new Error(detail);
    },
    accuse() {},
    failed() {},
  };
}

/** Settles as `work` does, or rejects as soon as the signal aborts; `work` then ends unheard. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}

/** The endpoint serves another chain than the one configured. */
export class WrongChainError extends DinError {
  readonly code = 'WRONG_CHAIN';
  readonly expected: number;
  readonly actual: number;
  constructor(expected: number, actual: number) {
    super(`The settlement endpoint serves chain ${actual}, not ${expected}.`);
    this.expected = expected;
    this.actual = actual;
  }
}

export class SourceRunningError extends DinError {
  readonly code = 'SOURCE_RUNNING';
  constructor() {
    super('The provider source has been started already.');
  }
}

/** `stop` was called while `start` was still loading. */
export class SourceStoppedError extends DinError {
  readonly code = 'SOURCE_STOPPED';
  constructor() {
    super('The provider source was stopped.');
  }
}
