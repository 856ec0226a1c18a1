import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from 'viem';
import type { Logger } from '../../router/observability/logger.ts';
import { safeText } from '../lib/safeText.ts';
import type { NamedContract } from './discoverDeployments.ts';
import { readNamedContracts } from './namedContracts.ts';
import type { PonderNews } from './ponderLog.ts';
import { type PonderOptions, startPonderProcess } from './ponderProcess.ts';

// One small question to the own server.
const LOOK_FOR_CONTRACTS_MS = 3_000;
const MAX_MESSAGE = 500;

export interface PonderRunOptions extends Omit<PonderOptions, 'onNews'> {
  readonly graphqlUrl: string;
  /** Contracts that are indexed, or are known to be none. */
  isKnown(contract: NamedContract): boolean;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface PonderRunResult {
  readonly why:
    | { readonly kind: 'stopped' }
    | { readonly kind: 'ended'; readonly exitCode: number | undefined }
    | { readonly kind: 'reorgTooDeep' }
    | { readonly kind: 'portTaken' }
    | { readonly kind: 'contractsNamed'; readonly contracts: readonly NamedContract[] };
  readonly wasReady: boolean;
  readonly droppedIndex: boolean;
  /** The last error that it told; undefined when there was none. */
  readonly lastError: string | undefined;
}

/** One run of Ponder, from its start to its end, which it resolves with; tells the log what people need to know. */
export async function runPonder(options: PonderRunOptions): Promise<PonderRunResult> {
  const { config, graphqlUrl, host, port, isKnown, logger, signal } = options;
  let wasReady = false;
  let droppedIndex = false;
  let lastError: string | undefined;
  const interrupted = Promise.withResolvers<PonderRunResult['why']>();

  function onNews(news: PonderNews): void {
    switch (news.kind) {
      case 'serving':
        // Ponder takes the next free port without a word.
        if (news.port !== port) interrupted.resolve({ kind: 'portTaken' });
        else logger.info({ host, port }, 'indexer_serving');
        break;
      case 'backfill':
        logger.info({ progress: news.progress, remaining: news.remaining }, 'indexer_backfill');
        break;
      case 'ready':
        wasReady = true;
        logger.info({ host, port }, 'indexer_ready');
        break;
      case 'reorg':
        logger.info({ block: news.block }, 'indexer_reorg_rolled_back');
        break;
      case 'reorgTooDeep':
        logger.error({}, 'indexer_reorg_too_deep');
        interrupted.resolve({ kind: 'reorgTooDeep' });
        break;
      case 'indexDropped':
        droppedIndex = true;
        logger.error({}, 'indexer_dropped_left_branch');
        break;
      case 'warning':
        logger.warn({ said: safeText(news.message, MAX_MESSAGE) }, 'indexer_ponder');
        break;
      case 'error':
        lastError = safeText(news.message, MAX_MESSAGE);
        logger.error({ said: lastError }, 'indexer_ponder');
        break;
    }
  }

  const ponder = startPonderProcess({ ...options, onNews });
  const over = new AbortController();
  const anyEnd = AbortSignal.any([signal, over.signal]);
  const registries = config.deployments.map(({ registry }) => registry);
  const ended = ponder.ended.then((exitCode) => ({ kind: 'ended', exitCode }) as const);
  const stopped = aborted(signal).then(() => ({ kind: 'stopped' }) as const);
  const named = findUnknown(graphqlUrl, registries, isKnown, anyEnd);
  const why = await Promise.race([ended, stopped, interrupted.promise, named]);
  over.abort();
  await ponder.stop();
  return { why, wasReady, droppedIndex, lastError };
}

/** Resolves once the index names contracts that it does not index; never when there are none. */
async function findUnknown(
  graphqlUrl: string,
  registries: readonly Address[],
  isKnown: PonderRunOptions['isKnown'],
  signal: AbortSignal,
): Promise<{ kind: 'contractsNamed'; contracts: readonly NamedContract[] }> {
  for (;;) {
    await delay(LOOK_FOR_CONTRACTS_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return await new Promise(() => undefined);
    const named = await readNamedContracts(graphqlUrl, registries);
    const contracts = named?.filter((contract) => !isKnown(contract)) ?? [];
    if (contracts.length > 0) return { kind: 'contractsNamed', contracts };
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
