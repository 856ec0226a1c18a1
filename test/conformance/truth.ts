import { type Address, type Hex, type PublicClient, zeroAddress } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { isActive, type ProviderSet } from '../../router/registry/providerSet.ts';
import type { Cast } from '../fixtures/registryHistoryCast.ts';
import { ROLE_PROVIDER } from '../fixtures/settlementCalls.ts';
import type { Texts } from './texts.ts';

const NETWORK_STATUS = [undefined, 'live', 'retired'];
const SERVICE_STATUS = [undefined, 'live', 'paused', 'removed'];
// Of questions in one call: each way there is more round them, and code may have 24,576.
const BATCH_BYTES = 4_096;

/** What is known of a cast at one block, in plain values: from the contracts or from a set. */
export interface Truth {
  readonly providers: Readonly<Record<Address, object>>;
  readonly networks: Readonly<Record<Hex, object>>;
  /** By `provider/network`. */
  readonly services: Readonly<Record<string, { readonly isActive: boolean }>>;
}

export interface Contracts {
  readonly registry: Address;
  readonly vault: Address;
}

/** What the contracts' views answer at a block of the chain; texts, of which there are no views, are given. */
export async function readTruth(
  client: PublicClient,
  { registry, vault }: Contracts,
  cast: Cast,
  at: { readonly blockNumber: bigint; readonly texts: Texts },
): Promise<Truth> {
  const { blockNumber, texts } = at;
  const how = { blockNumber, deployless: true, allowFailure: false, batchSize: BATCH_BYTES } as const;
  const ofRegistry = { address: registry, abi: providerRegistryAbi } as const;
  const ofVault = { address: vault, abi: stakeVaultAbi } as const;
  const providers = everybody(cast);
  const keys = cast.networks.map(({ key }) => key);
  const pairs = providers.flatMap((provider) => keys.map((key) => [provider, key] as const));
  const [known, accounts, networks, services, active] = await Promise.all([
    client.multicall({
      ...how,
      contracts: providers.map((id) => ({ ...ofRegistry, functionName: 'providerOf', args: [id] }) as const),
    }),
    client.multicall({
      ...how,
      contracts: providers.map(
        (id) => ({ ...ofVault, functionName: 'accountOf', args: [ROLE_PROVIDER, id] }) as const,
      ),
    }),
    client.multicall({
      ...how,
      contracts: keys.map((key) => ({ ...ofRegistry, functionName: 'networkOf', args: [key] }) as const),
    }),
    client.multicall({
      ...how,
      contracts: pairs.map((args) => ({ ...ofRegistry, functionName: 'serviceOf', args }) as const),
    }),
    client.multicall({
      ...how,
      contracts: pairs.map((args) => ({ ...ofRegistry, functionName: 'isActive', args }) as const),
    }),
  ]);
  return {
    providers: Object.fromEntries(
      providers.map((id, index) => {
        const { signer, jailedUntil, requiredStake } = answerOf(known, index);
        const { tokens, thawing, locked } = answerOf(accounts, index);
        const metadata = texts.metadata.get(id) ?? '';
        return [id, { signer, metadata, jailedUntil, requiredStake, tokens, thawing, locked }];
      }),
    ),
    networks: Object.fromEntries(
      keys.map((key, index) => {
        const { status, params } = answerOf(networks, index);
        return [key, { status: NETWORK_STATUS[status], ...params }];
      }),
    ),
    services: Object.fromEntries(
      pairs.map(([provider, key], index) => {
        const { id, capabilities, status, minStake } = answerOf(services, index);
        const name = `${provider}/${key}`;
        const url = texts.urls.get(name) ?? '';
        const service = { id, capabilities, status: SERVICE_STATUS[status], minStake, url };
        return [name, { isActive: answerOf(active, index), ...service }];
      }),
    ),
  };
}

/** The same as a set has it. */
export function truthOf(set: ProviderSet, cast: Cast): Truth {
  const providers = everybody(cast).map((id) => [id, set.providers.get(id)] as const);
  const keys = cast.networks.map(({ key }) => key);
  return {
    providers: Object.fromEntries(
      providers.map(([id, provider]) => {
        const { signer = zeroAddress, metadata = '', jailedUntil = 0, requiredStake = 0n } = provider ?? {};
        const { tokens = 0n, thawing = 0n, locked = 0n } = provider ?? {};
        return [id, { signer, metadata, jailedUntil, requiredStake, tokens, thawing, locked }];
      }),
    ),
    networks: Object.fromEntries(
      keys.map((key) => {
        const { status, minStake = 0n, sla = NO_SLA } = set.networks.get(key) ?? {};
        return [key, { status, minStake, sla }];
      }),
    ),
    services: Object.fromEntries(
      providers.flatMap(([id, provider]) =>
        keys.map((key) => {
          const { id: serviceId, ...offer } = provider?.services.get(key) ?? NO_SERVICE;
          const { status, capabilities, minStake, url } = offer;
          const service = { id: serviceId, capabilities, status, minStake, url };
          return [`${id}/${key}`, { isActive: isActive(set, id, key), ...service }];
        }),
      ),
    ),
  };
}

const NO_SERVICE = { id: 0, capabilities: 0, status: undefined, minStake: 0n, url: '' };
const NO_SLA = {
  minAvailabilityBps: 0,
  maxP95LatencyMs: 0,
  maxP95BlockLag: 0,
  maxMismatches: 0,
  minSamples: 0,
};

function everybody({ providers, newcomers }: Cast): readonly Address[] {
  return [...providers, ...newcomers];
}

function answerOf<T>(answers: readonly T[], index: number): T {
  const answer = answers[index];
  if (answer === undefined) throw new RangeError('an answer is missing');
  return answer;
}
