import type { NetworkKey, ProviderSet, ServiceKey, Sla } from '../../registry/providerSet.ts';
import type { UpstreamTarget } from '../../upstream/outcome.ts';
import type { Probeable } from '../probeable.ts';
import type { VotingNode } from './agree.ts';

/** Whom to ask about one network. */
export interface NetworkNodes {
  readonly network: NetworkKey;
  readonly slug: string;
  readonly sla: Sla;
  readonly nodes: readonly VotingNode[];
  /** The watcher's own. */
  readonly reference: UpstreamTarget | undefined;
}

/** Whoever has most at stake: a crowd of small ones can then not outvote them by its number. */
const MAX_VOTERS = 32;

/** Each operator has one service on a network. */
export function networkNodes(
  set: ProviderSet,
  probeable: ReadonlyMap<ServiceKey, Probeable>,
  references: ReadonlyMap<NetworkKey, UpstreamTarget>,
): NetworkNodes[] {
  return [...Map.groupBy(probeable.values(), ({ network }) => network)].map(([network, services]) => ({
    network: network.key,
    slug: network.slug,
    sla: network.sla,
    nodes: services
      .map(({ service, target }) => ({
        operator: service.provider,
        stake: stakeOf(set, service.provider),
        target,
      }))
      .sort((a, b) => (a.stake < b.stake ? 1 : a.stake > b.stake ? -1 : 0))
      .slice(0, MAX_VOTERS),
    reference: references.get(network.key),
  }));
}

/** All that can be slashed. */
export function stakeOf(set: ProviderSet, operator: VotingNode['operator']): bigint {
  return set.providers.get(operator)?.tokens ?? 0n;
}
