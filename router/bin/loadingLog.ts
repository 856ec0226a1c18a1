import type { ProviderSource } from '../registry/providerSource.ts';

// Often enough to see it move, seldom enough to read.
const INTERVAL_MS = 2_000;

/** Says how far the source is while it reads much. Returns the function that ends it. */
export function logLoading(
  source: Pick<ProviderSource, 'status'>,
  logger: { info(values: object, event: string): void },
  intervalMs = INTERVAL_MS,
): () => void {
  const timer = setInterval(() => {
    const { backfill } = source.status();
    if (backfill === undefined) return;
    const { block, head, percent, events, remainingMs } = backfill;
    const remainingSeconds = remainingMs === undefined ? undefined : Math.ceil(remainingMs / 1000);
    const progress = { block: Number(block), head: Number(head), percent: Math.floor(percent * 10) / 10 };
    logger.info({ ...progress, events, remainingSeconds }, 'provider_set_loading');
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
