import type { Caip2 } from '../../core/caip2.ts';
import type { UnixSeconds } from '../../core/units.ts';
import type { RegistryEvent } from '../../registry/events.ts';
import type { Address, Network, NetworkKey, Provider, Service, Sla } from '../../registry/providerSet.ts';

/**
 * A network, or a provider with its services: one row, as they change together. JSON, because the texts in it are
 * strangers' and may hold what SQLite's text cannot (NUL, half a surrogate pair); amounts as decimal text.
 */
export interface Row {
  readonly key: string;
  readonly content: string;
}

type NetworkContent = readonly [
  key: NetworkKey,
  index: number,
  caip2: Caip2,
  slug: string,
  minStake: string,
  sla: Sla,
  status: Network['status'],
];

type ProviderContent = readonly [
  id: Address,
  signer: Address | null,
  metadata: string,
  jailedUntil: UnixSeconds,
  tokens: string,
  thawing: string,
  locked: string,
  services: readonly ServiceContent[],
];

type ServiceContent = readonly [
  network: NetworkKey,
  id: number,
  url: string,
  capabilities: number,
  minStake: string,
  status: Service['status'],
];

/** What keys of networks' rows begin with. */
export const NETWORK = 'network/';
const PROVIDER = 'provider/';

export function networkRow({ key, index, caip2, slug, minStake, sla, status }: Network): Row {
  const content: NetworkContent = [key, index, caip2, slug, String(minStake), sla, status];
  return { key: `${NETWORK}${key}`, content: JSON.stringify(content) };
}

export function providerRow(provider: Provider): Row {
  const { id, signer, metadata, jailedUntil, tokens, thawing, locked } = provider;
  const services = Array.from(provider.services.values(), serviceContent);
  const amounts = [String(tokens), String(thawing), String(locked)] as const;
  const content: ProviderContent = [id, signer ?? null, metadata, jailedUntil, ...amounts, services];
  return { key: `${PROVIDER}${id}`, content: JSON.stringify(content) };
}

function serviceContent({ network, id, url, capabilities, minStake, status }: Service): ServiceContent {
  return [network, id, url, capabilities, String(minStake), status];
}

/**
 * The shortest history that ends in what the rows say, for the fold: the set's inside (required stake, indexes) is the
 * fold's alone. The rows must be ones that we wrote: their checksum says so.
 */
export function historyOf(rows: readonly Row[]): RegistryEvent[] {
  const networks: NetworkContent[] = [];
  const providers: ProviderContent[] = [];
  for (const { key, content } of rows) {
    if (key.startsWith(NETWORK)) networks.push(JSON.parse(content));
    else providers.push(JSON.parse(content));
  }
  // The fold numbers networks as they are opened.
  networks.sort(([, index], [, other]) => index - other);
  return [...networks.flatMap(networkEvents), ...providers.flatMap(providerEvents)];
}

// A saved state has no places in the chain, and the fold looks at none.
const PLACE = { blockNumber: 0n, logIndex: 0 };

function networkEvents([
  network,
  _index,
  caip2,
  slug,
  minStake,
  sla,
  status,
]: NetworkContent): RegistryEvent[] {
  const events: RegistryEvent[] = [
    { type: 'networkAdded', network, caip2, slug, minStake: BigInt(minStake), sla, ...PLACE },
  ];
  if (status === 'retired') events.push({ type: 'networkRetired', network, ...PLACE });
  return events;
}

function providerEvents(content: ProviderContent): RegistryEvent[] {
  const [provider, signer, metadata, until, tokens, thawing, locked, services] = content;
  const stake = { tokens: BigInt(tokens), thawing: BigInt(thawing), locked: BigInt(locked) };
  const events: RegistryEvent[] = [{ type: 'stakeChanged', provider, ...stake, ...PLACE }];
  if (signer !== null) events.push({ type: 'signerRotated', provider, signer, ...PLACE });
  if (metadata !== '') events.push({ type: 'metadataSet', provider, metadata, ...PLACE });
  if (until > 0) events.push({ type: 'providerJailed', provider, until, ...PLACE });
  for (const service of services) events.push(...serviceEvents(provider, service));
  return events;
}

function serviceEvents(provider: Address, content: ServiceContent): RegistryEvent[] {
  const [network, serviceId, url, capabilities, minStake, status] = content;
  const offer = { provider, network, serviceId, url, capabilities, minStake: BigInt(minStake) };
  const events: RegistryEvent[] = [{ type: 'serviceAdded', ...offer, ...PLACE }];
  if (status === 'paused') events.push({ type: 'servicePaused', provider, network, ...PLACE });
  if (status === 'removed') events.push({ type: 'serviceRemoved', provider, network, ...PLACE });
  return events;
}
