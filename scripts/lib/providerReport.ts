import type { Address } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { type Capability, capabilityNames } from '../../router/core/capability.ts';
import { type Case, readCases } from './cases.ts';
import { sinceBlock } from './events.ts';
import { inactiveReason } from './inactiveReason.ts';
import { listNetworks, type Network } from './networks.ts';
import { readPause } from './pauseState.ts';
import { type ProviderState, readProvider, readService, type ServiceState } from './providerState.ts';
import { chainTime, type Session } from './session.ts';
import { readWatcherWords, type WatcherWords } from './watcherWords.ts';

export interface ServiceReport {
  readonly network: Network;
  readonly service: ServiceState;
  /** A stranger's text. */
  readonly url: string;
  readonly capabilities: readonly Capability[];
  readonly active: boolean;
  /** Why it is not active; undefined when it is. */
  readonly reason: string | undefined;
}

export interface ProviderReport {
  readonly provider: ProviderState;
  /** A stranger's text. */
  readonly metadata: string;
  /** Unix seconds of the block that was read. */
  readonly now: number;
  readonly services: readonly ServiceReport[];
  readonly networks: readonly Network[];
  /** All cases there ever were, the oldest first. */
  readonly cases: readonly Case[];
  /** About the networks on which the provider has services. */
  readonly words: WatcherWords;
  /** Unix seconds until which the vault is paused; undefined when it is not. */
  readonly pausedUntil: number | undefined;
  /** Unix seconds until which the court before may settle its cases; 0 if there was none. */
  readonly retiredCourtUntil: number;
}

/** All that the chain says about one provider. */
export async function readProviderReport(session: Session, id: Address): Promise<ProviderReport> {
  const [provider, networks, now] = await Promise.all([
    readProvider(session, id),
    listNetworks(session),
    chainTime(session.client),
  ]);
  const [metadata, services, cases, pausedUntil, [, retiredCourtUntil]] = await Promise.all([
    readMetadata(session, id),
    readServices(session, provider, networks, now),
    readCases(session, { provider: id }),
    readPause(session, session.contracts.vault, now),
    session.client.readContract({
      address: session.contracts.vault,
      abi: stakeVaultAbi,
      functionName: 'retiredCourt',
    }),
  ]);
  const words = await readWatcherWords(
    session,
    services.map(({ network }) => network),
  );
  return { provider, metadata, now, services, networks, cases, words, pausedUntil, retiredCourtUntil };
}

async function readMetadata({ client, contracts }: Session, provider: Address): Promise<string> {
  const at = { address: contracts.registry, abi: providerRegistryAbi, args: { provider } } as const;
  const [registered, changed] = await Promise.all([
    sinceBlock(client, contracts.deploymentBlock, (range) =>
      client.getContractEvents({ ...at, eventName: 'ProviderRegistered', strict: true, ...range }),
    ),
    sinceBlock(client, contracts.deploymentBlock, (range) =>
      client.getContractEvents({ ...at, eventName: 'MetadataSet', strict: true, ...range }),
    ),
  ]);
  return (changed.at(-1) ?? registered.at(-1))?.args.metadata ?? '';
}

async function readServices(
  session: Session,
  provider: ProviderState,
  networks: readonly Network[],
  now: number,
): Promise<ServiceReport[]> {
  const { client, contracts } = session;
  const at = { address: contracts.registry, abi: providerRegistryAbi } as const;
  const urls = await readUrls(session, provider.id);
  const reports = await Promise.all(
    networks.map(async (network): Promise<ServiceReport> => {
      const [service, active] = await Promise.all([
        readService(session, provider.id, network.key),
        client.readContract({ ...at, functionName: 'isActive', args: [provider.id, network.key] }),
      ]);
      return {
        network,
        service,
        url: urls.get(network.key) ?? '',
        capabilities: capabilityNames(service.capabilities),
        active,
        reason: active ? undefined : inactiveReason(provider, service, network, now),
      };
    }),
  );
  return reports.filter(({ service }) => service.status !== 'none');
}

/** The newest endpoint by network key: only events carry it. */
async function readUrls({ client, contracts }: Session, provider: Address): Promise<Map<string, string>> {
  const at = { address: contracts.registry, abi: providerRegistryAbi, args: { provider } } as const;
  const [added, updated] = await Promise.all([
    sinceBlock(client, contracts.deploymentBlock, (range) =>
      client.getContractEvents({ ...at, eventName: 'ServiceAdded', strict: true, ...range }),
    ),
    sinceBlock(client, contracts.deploymentBlock, (range) =>
      client.getContractEvents({ ...at, eventName: 'ServiceUpdated', strict: true, ...range }),
    ),
  ]);
  const inOrder = [...added, ...updated].sort((a, b) =>
    a.blockNumber === b.blockNumber ? a.logIndex - b.logIndex : a.blockNumber < b.blockNumber ? -1 : 1,
  );
  return new Map(inOrder.map(({ args }) => [args.network, args.url]));
}
