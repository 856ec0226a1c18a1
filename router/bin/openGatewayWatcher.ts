import type { UpstreamClient } from '../upstream/outcome.ts';
import type { GatewayWatcher } from './gatewayWatcher.ts';
import type { GatewayParts } from './runningGateway.ts';

/** The watcher that the configuration asks for; undefined when it asks for none. */
export async function openGatewayWatcher(
  { config, source, logger }: GatewayParts,
  upstream: UpstreamClient,
): Promise<GatewayWatcher | undefined> {
  const { watcher, settlement, development, networks } = config;
  if (watcher === undefined || settlement === undefined || source === undefined) return undefined;
  const { allowPrivateEndpoints } = development;
  const references = new Map(networks.flatMap(({ id, upstreams: [own] }) => (own ? [[id, own.url]] : [])));
  // What a gateway has no use for takes no memory.
  const { createGatewayWatcher } = await import('./gatewayWatcher.ts');
  return createGatewayWatcher({
    ...{ config: watcher, settlement, source, upstream, allowPrivateEndpoints, references, logger },
  });
}
