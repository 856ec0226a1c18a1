import { eip155ChainId } from '../core/caip2.ts';
import type { Network, ProviderSet, Service, ServiceKey } from '../registry/providerSet.ts';
import type { UpstreamTarget } from '../upstream/outcome.ts';

export interface Probeable {
  readonly service: Service;
  readonly network: Network;
  readonly chainId: number;
  readonly target: UpstreamTarget;
}

/**
 * The services that are measured: active ones, so none that is paused, removed or jailed. Networks of another
 * namespace and WebSocket endpoints have no probe yet: nothing is said about them.
 */
export function probeableServices(set: ProviderSet, allowPrivate = false): Map<ServiceKey, Probeable> {
  const found = new Map<ServiceKey, Probeable>();
  for (const [key, services] of set.active) {
    const network = set.networks.get(key);
    const chainId = network && eip155ChainId(network.caip2);
    if (network === undefined || chainId === undefined) continue;
    for (const service of services) {
      if (!/^https?:/i.test(service.url)) continue;
      const target = { url: service.url, allowPrivate };
      found.set(service.key, { service, network, chainId, target });
    }
  }
  return found;
}
