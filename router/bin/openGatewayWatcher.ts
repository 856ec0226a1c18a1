import { type CallObservations, TAKE_INTERVAL_MS } from '../gateway/callObservations.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import type { GatewayWatcher } from './gatewayWatcher.ts';
import type { GatewayParts } from './runningGateway.ts';

/** The watcher that the configuration asks for; undefined when it asks for none. */
export async function openGatewayWatcher(
  { config, source, logger }: GatewayParts,
  upstream: UpstreamClient,
): Promise<GatewayWatcher | undefined> {
  const { watcher, settlement, development } = config;
  if (watcher === undefined || settlement === undefined || source === undefined) return undefined;
  const { allowPrivateEndpoints } = development;
  // What a gateway has no use for takes no memory.
  const { createGatewayWatcher } = await import('./gatewayWatcher.ts');
  return createGatewayWatcher({
    ...{ config: watcher, settlement, source, upstream, allowPrivateEndpoints, logger },
  });
}

/** Tells it what users' calls show. Returns the function that ends it. */
export function feedWatcher(watcher: GatewayWatcher, observations: CallObservations): () => void {
  const timer = setInterval(() => watcher.observe(observations.take()), TAKE_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
