import type { NetworkRecord, PendingCase } from '../registry/networkRecord.ts';
import {
  isActive,
  type Network,
  type Provider,
  type ProviderSet,
  type Service,
} from '../registry/providerSet.ts';
import { scoreOf } from './scoreStatus.ts';
import { type ServiceEpoch, serviceEpoch } from './serviceEpoch.ts';
import type { SettlementState } from './settlementState.ts';

/**
 * The page `/status/provider`: what the settlement chain says of one provider. No URL and nothing that a provider wrote
 * is in it. Amounts are in the token's smallest unit, times in Unix seconds. Null is "not known" or "none".
 */
export interface ProviderPage {
  readonly provider: string;
  readonly block: number;
  readonly registered: boolean;
  readonly jailedUntil: number | null;
  readonly stake: {
    readonly tokens: string;
    /** Without what thaws. */
    readonly counts: string;
    readonly required: string;
    readonly thawing: string;
    readonly locked: string;
  };
  readonly services: readonly ServiceRecord[];
  /** Those that are not decided; null as long as none could be read. */
  readonly cases: readonly CaseStatus[] | null;
}

export interface ServiceRecord {
  readonly network: string;
  readonly caip2: string;
  readonly serviceId: number;
  readonly status: Service['status'];
  readonly active: boolean;
  /** What its weight is multiplied with for what watchers say; null as long as that was not read. */
  readonly score: number | null;
  /** The newest first. */
  readonly epochs: readonly ServiceEpoch[];
}

export interface CaseStatus {
  readonly id: string;
  readonly network: string;
  readonly epoch: number;
  readonly offence: PendingCase['offence'];
  readonly state: PendingCase['state'];
  readonly amount: string;
  readonly vetoUntil: number;
  /** Null once it is appealed. */
  readonly appealUntil: number | null;
  /** Of an appeal; null while there is none. */
  readonly decisionUntil: number | null;
  readonly executableAt: number;
}

export type ProviderAnswer =
  | { readonly kind: 'known'; readonly page: ProviderPage }
  /** Neither staked nor registered; or there is no provider set. */
  | { readonly kind: 'unknown' };

/** @param address in any case of its letters */
export function providerAnswer(settlement: SettlementState | undefined, address: string): ProviderAnswer {
  const { set, record } = settlement ?? {};
  const provider = set?.providers.get(idIn(set, address));
  return set && provider ? { kind: 'known', page: providerPage(set, provider, record) } : { kind: 'unknown' };
}

function providerPage(set: ProviderSet, provider: Provider, record: NetworkRecord | undefined): ProviderPage {
  const { tokens, thawing, requiredStake, locked, jailedUntil } = provider;
  return {
    provider: provider.id,
    block: Number(set.block.number),
    registered: provider.signer !== undefined,
    jailedUntil: jailedUntil > set.block.timestamp ? jailedUntil : null,
    stake: {
      tokens: String(tokens),
      counts: String(tokens - thawing),
      required: String(requiredStake),
      thawing: String(thawing),
      locked: String(locked),
    },
    services: Array.from(provider.services.values()).flatMap((service) => {
      const network = set.networks.get(service.network);
      return network ? [serviceRecord(set, record, service, network)] : [];
    }),
    cases:
      record?.cases
        .filter((one) => one.provider === provider.id)
        .map((one) => caseStatus(one, set.networks.get(one.network))) ?? null,
  };
}

/** Providers are few enough to be looked through for people, and their addresses have letters of both cases. */
function idIn({ providers }: ProviderSet, address: string): Provider['id'] {
  const wanted = address.toLowerCase();
  return providers.keys().find((key) => key.toLowerCase() === wanted) ?? '0x';
}

function serviceRecord(
  set: ProviderSet,
  record: NetworkRecord | undefined,
  service: Service,
  network: Network,
): ServiceRecord {
  const epochs = record?.epochs.map((epoch) => serviceEpoch(epoch, service, network.sla)) ?? [];
  return {
    network: network.slug,
    caip2: network.caip2,
    serviceId: service.id,
    status: service.status,
    active: isActive(set, service.provider, service.network),
    score: record ? scoreOf(record, service.key) : null,
    epochs: epochs.filter(({ said }) => said.length > 0),
  };
}

function caseStatus(one: PendingCase, network: Network | undefined): CaseStatus {
  const { id, epoch, offence, state, executableAt } = one;
  return {
    ...{ id, epoch, offence, state, executableAt },
    network: network?.slug ?? one.network,
    amount: String(one.amount),
    vetoUntil: executableAt,
    appealUntil: state === 'open' ? executableAt : null,
    decisionUntil: state === 'appealed' ? executableAt : null,
  };
}
