import type { Hex } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { Sla } from '../../router/registry/providerSet.ts';
import { sinceBlock } from './events.ts';
import { safeText } from './safeText.ts';
import type { Session } from './session.ts';

export interface Network {
  readonly key: Hex;
  readonly caip2: string;
  readonly slug: string;
  readonly status: 'live' | 'retired';
  readonly minStake: bigint;
  readonly sla: Sla;
}

/** All networks of the deployment with their present parameters, in the order in which they were added. */
export async function listNetworks({ client, contracts }: Session): Promise<Network[]> {
  const at = { address: contracts.registry, abi: providerRegistryAbi } as const;
  const added = await sinceBlock(client, contracts.deploymentBlock, (range) =>
    client.getContractEvents({ ...at, eventName: 'NetworkAdded', strict: true, ...range }),
  );
  return Promise.all(
    added.map(async ({ args: { network: key, caip2, slug } }) => {
      const { params, status } = await client.readContract({ ...at, functionName: 'networkOf', args: [key] });
      return { key, caip2, slug, status: status === 1 ? 'live' : 'retired', ...params };
    }),
  );
}

/**
 * The network that a slug, CAIP-2 id or chain id names.
 * @throws {@link UnknownNetworkError} with the networks that are known.
 */
export function findNetwork(networks: readonly Network[], name: string): Network {
  const caip2 = /^\d+$/.test(name) ? `eip155:${name}` : name;
  const found = networks.find((network) => network.caip2 === caip2 || network.slug === name);
  if (found === undefined) throw new UnknownNetworkError(name, networks);
  return found;
}

/** @throws {@link NetworkNotLiveError} */
export function requireLive(network: Network): void {
  if (network.status !== 'live') throw new NetworkNotLiveError(network);
}

export class UnknownNetworkError extends DinError {
  readonly code = 'UNKNOWN_NETWORK';
  constructor(name: string, networks: readonly Network[]) {
    const known = networks.map(({ slug, caip2 }) => `${slug} (${caip2})`).join(', ');
    super(`No network is called "${safeText(name, 60)}". Known: ${known || 'none yet'}`);
  }
}

export class NetworkNotLiveError extends DinError {
  readonly code = 'NETWORK_NOT_LIVE';
  constructor({ slug }: Network) {
    super(`The network ${slug} is retired: it takes no services any more`);
  }
}
