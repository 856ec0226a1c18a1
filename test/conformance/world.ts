import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProviderSource } from '../../router/bin/providerSource.ts';
import { type Clock, systemClock } from '../../router/core/clock.ts';
import { ms } from '../../router/core/units.ts';
import type { ProviderSource } from '../../router/registry/providerSource.ts';
import type { PonderOptions } from '../fixtures/ponder.ts';
import { createCast, openForBusiness } from '../fixtures/registryHistoryCast.ts';
import { type HistoryChain, startHistoryChain } from '../fixtures/registryHistoryChain.ts';
import { SETTLEMENT_CHAIN_ID } from '../fixtures/settlementChain.ts';
import { type Indexer, startIndexer } from './indexer.ts';
import { type EndpointLine, type Line, startEndpointLine } from './line.ts';

// Who asks Ponder more often keeps it from its work.
const POLL_INTERVAL_MS = { chain: 20, graphql: 100 };
// Back-offs, which nobody here waits for, are over sooner; a checkpoint is saved more often.
const CLOCK_SPEED = 20;

/** As anvil has it. */
const FINAL_AFTER_BLOCKS = 64;

const fastClock: Clock = {
  now: () => ms(systemClock.now() * CLOCK_SPEED),
  unix: () => systemClock.unix(),
};

/** A real chain, and a way to follow it that can be disturbed. */
export interface World {
  readonly kind: ProviderSource['kind'];
  readonly chain: HistoryChain;
  /** Of the settlement chain, the most preferred first. */
  readonly endpoints: readonly [EndpointLine, EndpointLine];
  readonly indexer: Indexer | undefined;
  /** All that can be cut. */
  readonly lines: readonly Line[];
  /** A source as a gateway has it. */
  openSource(options?: OpenOptions): ProviderSource;
  /** What the sources logged. */
  readonly logged: { readonly event: string }[];
  /** First blocks of all that was asked for. */
  readonly asked: bigint[];
  stop(): Promise<void>;
}

export interface OpenOptions {
  /** Goes on from where the last one with a checkpoint stood. Default true. */
  readonly checkpoint?: boolean;
  /** Default the world's. */
  readonly kind?: ProviderSource['kind'];
}

/** @param database For a source that reads a real Ponder, with the chain itself to fall back to. */
export async function createWorld(database?: PonderOptions['database']): Promise<World> {
  const kind = database === undefined ? 'chain' : 'graphql';
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const stateDir = await mkdtemp(join(tmpdir(), 'din-conformance-'));
    stops.push(() => rm(stateDir, { recursive: true, force: true }));
    const chain = await startHistoryChain();
    stops.push(() => chain.stop());
    // Some whom no reorg undoes, and every checkpoint holds: whoever shows nobody is wrong.
    await openForBusiness(chain, createCast('first', { providers: 2, newcomers: 0 }));
    await chain.mine(FINAL_AFTER_BLOCKS);
    const asked: bigint[] = [];
    const logged: { readonly event: string }[] = [];
    const onAsked = (fromBlock: bigint) => void asked.push(fromBlock);
    const startEndpoint = async (name: string) => {
      const line = await startEndpointLine(name, chain.anvil.url, onAsked);
      stops.push(() => line.stop());
      return line;
    };
    const endpoints = [await startEndpoint('endpoint 0'), await startEndpoint('endpoint 1')] as const;
    let indexer: Indexer | undefined;
    if (database !== undefined) {
      const { registry } = chain.deployment;
      indexer = await startIndexer({ rpcUrl: chain.anvil.url, registry, database }, onAsked);
      stops.push(indexer.stop);
    }
    const log = (values: object, event: string) => void logged.push({ ...values, event });
    return {
      ...{ kind, chain, endpoints, indexer, logged, asked, stop },
      lines: [...endpoints, ...(indexer ? [indexer.line] : [])],
      openSource: (opening = {}) =>
        openProviderSource({
          settlement: {
            chainId: SETTLEMENT_CHAIN_ID,
            registry: chain.deployment.registry,
            rpc: endpoints.map(({ url }) => url),
            source: opening.kind ?? kind,
            graphqlUrl: indexer?.line.url,
            checkpoint: (opening.checkpoint ?? true) && join(stateDir, 'checkpoint.sqlite'),
            pollIntervalMs: POLL_INTERVAL_MS[opening.kind ?? kind],
            // So that many a history needs more than one.
            maxRange: 50,
          },
          clock: fastClock,
          random: Math.random,
          logger: { info: log, warn: log, error: log },
        }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
