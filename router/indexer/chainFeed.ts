import { discoverRegistry, NotARegistryError, type RegistryContracts } from '../chain/contracts.ts';
import type { SettlementEndpoint, SettlementEndpoints } from '../chain/settlementEndpoints.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Address, BlockRef, Hex, ProviderSet } from '../registry/providerSet.ts';
import { type CatchUpOptions, catchUp, ReorgTooDeepError } from './catchUp.ts';
import { type ChainQuirks, createChainQuirks, type QuirksLogger } from './chainQuirks.ts';
import { createChainReader } from './chainReader.ts';
import { BuildAnewError, type DeploymentFeed, type EventFeed } from './eventFeed.ts';
import { createFinality } from './finality.ts';
import { askBlock } from './nodeQuestions.ts';
import { newest, oldest } from './reorgWindow.ts';
import { blockBy } from './secondOpinion.ts';
import { createServiceNumbers } from './serviceNumbers.ts';

// Most public endpoints allow 10,000 blocks at once; the ranges halve for the others.
const MAX_RANGE = 10_000;
// Enough to hide a node's delay, few enough for a public endpoint.
const CONCURRENCY = 4;
// A node whose log index lags its headers is whole a little later. When the same event stays missing, it is our own
// set, of earlier answers, that lacks it.
const MAX_GAPS = 3;
// Nodes of one chain differ by a block or two at any time.
const MAX_BEHIND_BLOCKS = 3n;

export interface ChainFeedOptions {
  readonly endpoints: SettlementEndpoints;
  /** Most blocks per log request. Default 10,000. */
  readonly maxRange?: number;
  /** Most log requests at once. Default 4. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  readonly logger?: QuirksLogger | undefined;
}

export interface ChainFeed extends EventFeed {
  /** The chain's newest block, in one request. Rejects as the endpoints' `look` does. */
  chainHead(signal: AbortSignal): Promise<bigint>;
}

/** What all looks have in common. */
interface Shared {
  readonly endpoints: SettlementEndpoints;
  readonly quirks: ChainQuirks;
  readonly clock: Clock;
  readonly limits: Pick<CatchUpOptions, 'maxRange' | 'concurrency'>;
}

/**
 * Deployments' events from the settlement chain's endpoints; closing it closes them. What each look has read with one
 * endpoint, the next endpoint goes on from.
 *
 * All functions reject as the endpoints' `look` does; `open` also with `NotARegistryError`, and `advance` with
 * `ReorgTooDeepError`, once no endpoint in good standing says otherwise, and {@link EventsMissingError}.
 */
export function createChainFeed(options: ChainFeedOptions): ChainFeed {
  const { endpoints, maxRange = MAX_RANGE, concurrency = CONCURRENCY, clock = systemClock, logger } = options;
  const quirks = createChainQuirks(logger);
  const limits = { maxRange, concurrency };
  return {
    kind: 'chain',
    async open(registry, signal) {
      const found = await endpoints.look(
        async (endpoint) => await openWith(endpoint, registry, quirks),
        signal,
      );
      return createDeployment(found, { endpoints, quirks, clock, limits });
    },
    via: () => 'chain',
    endpoints: () => endpoints.status(),
    onHead: (listener) => endpoints.onHead(listener),
    async chainHead(signal) {
      return await endpoints.look(async (endpoint) => {
        const answer = await askBlock(endpoint.client, { tag: 'latest' });
        if (answer.kind !== 'block') return endpoint.leave('down', 'malformed answer: no newest block');
        const { number } = answer.block.ref;
        endpoint.saw(number);
        return number;
      }, signal);
    },
    close: () => endpoints.close(),
  };
}

interface OpenedDeployment {
  readonly contracts: RegistryContracts;
  readonly base: BlockRef;
}

async function openWith(
  endpoint: SettlementEndpoint,
  registry: Address,
  quirks: ChainQuirks,
): Promise<OpenedDeployment> {
  try {
    const contracts = await discoverRegistry(endpoint.client, registry);
    const { deploymentBlock, chainId } = contracts;
    const number = deploymentBlock > 0n ? deploymentBlock - 1n : 0n;
    const base = await createChainReader(endpoint, contracts, quirks).blockAt(number);
    if (base === undefined) throw new NotARegistryError(registry, chainId, 'it names a block to come');
    return { contracts, base };
  } catch (error) {
    if (!(error instanceof NotARegistryError)) throw error;
    for (const other of endpoint.others()) {
      if (await isRegistryBy(other, registry))
        endpoint.leave('wrongChain', `no registry where ${other.name} has one`);
    }
    throw error;
  }
}

async function isRegistryBy(other: SettlementEndpoint, registry: Address): Promise<boolean> {
  try {
    await discoverRegistry(other.client, registry);
    return true;
  } catch (error) {
    if (!(error instanceof NotARegistryError)) other.failed(error);
    return false;
  }
}

function createDeployment({ contracts, base }: OpenedDeployment, shared: Shared): DeploymentFeed {
  const { endpoints, quirks, clock, limits } = shared;
  const { chainId, registry, vault } = contracts;
  const finality = createFinality(clock);
  const numbers = createServiceNumbers();
  /** In a row. */
  let gaps = 0;

  /** Nothing is built on answers that leave events out. */
  function refuseGap(endpoint: SettlementEndpoint, before: ProviderSet, after: ProviderSet): void {
    const missing = numbers.missing(before, after);
    gaps = missing === undefined ? 0 : gaps + 1;
    if (missing === undefined) return;
    if (gaps > MAX_GAPS) throw new EventsMissingError(missing);
    endpoint.leave('missingLogs', `service ${missing} was never added, but later ones were`);
  }

  return {
    ...{ chainId, registry, vault, base },

    async advance({ window: start, onStep, signal: outer }) {
      let window = start;
      const over = new AbortController();
      const signal = AbortSignal.any([outer, over.signal]);
      try {
        return await endpoints.look(async (endpoint) => {
          const reader = createChainReader(endpoint, contracts, quirks);
          try {
            const result = await catchUp({
              ...{ reader, window, ...limits, finality, signal },
              onStep(step) {
                // Reading that outlives the look, as that was given up, must not move anybody's window.
                signal.throwIfAborted();
                const after = newest(step.window);
                if (step.events > 0) refuseGap(endpoint, newest(window), after);
                window = step.window;
                onStep(step);
              },
            });
            if (result === 'behind') leaveIfOld(endpoint, newest(window).block);
            return result;
          } catch (error) {
            if (error instanceof ReorgTooDeepError) await doubt(endpoint, oldest(window).block);
            throw error;
          }
        }, signal);
      } finally {
        over.abort();
      }
    },

    async holds(block, signal) {
      return await endpoints.look(async (endpoint) => {
        const reader = createChainReader(endpoint, contracts, quirks);
        const found = await reader.blockAt(block.number);
        if (found?.hash === block.hash) return true;
        const other = await holderAmongOthers(endpoint, block);
        if (other === undefined) return found && false;
        if (found === undefined)
          return endpoint.leave('behind', `no block ${block.number}, but ${other.name} has`);
        const final = await reader.final();
        if (final !== undefined && block.number <= final) leaveAsForeign(endpoint, block, other);
        // Near the head, both may be right in turn.
        return undefined;
      }, signal);
    },
  };

  /** Others that may know newer blocks come first; without any, an old head is better than none. */
  function leaveIfOld(endpoint: SettlementEndpoint, tip: BlockRef): void {
    const { head } = endpoints.status().find(({ name }) => name === endpoint.name) ?? {};
    const lag = head === undefined ? 0n : tip.number - head;
    if (lag > MAX_BEHIND_BLOCKS && endpoint.others().length > 0)
      endpoint.leave('behind', `${lag} blocks behind what was read before`);
  }
}

/** Everything read so far would be thrown away: before that is believed, the others have their say. */
async function doubt(endpoint: SettlementEndpoint, block: BlockRef): Promise<void> {
  const answer = await askBlock(endpoint.client, { number: block.number });
  // Not another block, but none where there must be one: that says nothing about the chain.
  if (answer.kind !== 'block') endpoint.leave('down', `no block ${block.number}, which is below its head`);
  const other = await holderAmongOthers(endpoint, block);
  if (other !== undefined) leaveAsForeign(endpoint, block, other);
}

function leaveAsForeign(
  endpoint: SettlementEndpoint,
  { number }: NamedBlock,
  other: SettlementEndpoint,
): never {
  return endpoint.leave('wrongChain', `another block ${number} than ${other.name}, and it is final`);
}

interface NamedBlock {
  readonly number: bigint;
  readonly hash: Hex;
}

async function holderAmongOthers(
  endpoint: SettlementEndpoint,
  { number, hash }: NamedBlock,
): Promise<SettlementEndpoint | undefined> {
  for (const other of endpoint.others()) {
    const theirs = await blockBy(other, endpoint, { number });
    if (theirs?.ref.hash === hash) return other;
  }
  return undefined;
}

/** What was read lacks an event that must be there. */
export class EventsMissingError extends BuildAnewError {
  readonly code = 'EVENTS_MISSING';
  readonly event = 'settlement_events_missing';
  readonly flaw = 'it lacks events';
  constructor(serviceId: number) {
    super(`The events read so far lack the addition of service ${serviceId}.`);
  }
}
