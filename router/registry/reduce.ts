import type { RegistryEvent } from './events.ts';
import type { Address, BlockRef, NetworkKey, Provider, ProviderSet, Service } from './providerSet.ts';
import { serviceKey } from './providerSet.ts';
import { openDraft, type SetDraft } from './setDraft.ts';

/** One event later, at the same block. Pure and total: what makes no sense changes nothing. */
export function reduce(set: ProviderSet, event: RegistryEvent): ProviderSet {
  return applyBlock(set, set.block, [event]);
}

/** Time alone passes: jails that end by `block` end. */
export function advance(set: ProviderSet, block: BlockRef): ProviderSet {
  return applyBlock(set, block, []);
}

/**
 * The set at `block`, given all events after the set's own block up to and in `block`, in the chain's order. One block
 * or a range of them.
 */
export function applyBlock(set: ProviderSet, block: BlockRef, events: readonly RegistryEvent[]): ProviderSet {
  const draft = openDraft(set);
  for (const event of events) applyEvent(draft, event);
  return draft.close(block);
}

function applyEvent(draft: SetDraft, event: RegistryEvent): void {
  switch (event.type) {
    case 'networkAdded': {
      const { network: key, caip2, slug, minStake, sla } = event;
      // The registry opens a key once and closes it for good.
      if (draft.network(key) === undefined) {
        draft.putNetwork({ key, caip2, slug, minStake, sla, status: 'live' });
      }
      break;
    }
    case 'networkUpdated': {
      const network = draft.network(event.network);
      if (network) draft.putNetwork({ ...network, minStake: event.minStake, sla: event.sla });
      break;
    }
    case 'networkRetired': {
      const network = draft.network(event.network);
      if (network) draft.putNetwork({ ...network, status: 'retired' });
      break;
    }
    case 'providerRegistered':
      change(draft, event.provider, { signer: event.signer, metadata: event.metadata });
      break;
    case 'metadataSet':
      change(draft, event.provider, { metadata: event.metadata });
      break;
    case 'signerRotated':
      change(draft, event.provider, { signer: event.signer });
      break;
    case 'providerJailed':
      change(draft, event.provider, { jailedUntil: event.until });
      break;
    case 'stakeChanged': {
      const { tokens, thawing, locked } = event;
      change(draft, event.provider, {
        ...(tokens !== undefined && { tokens }),
        ...(thawing !== undefined && { thawing }),
        ...(locked !== undefined && { locked }),
      });
      break;
    }
    case 'serviceAdded': {
      const { provider, network, serviceId: id, url, capabilities, minStake } = event;
      const key = serviceKey(provider, network);
      putService(draft, { key, id, provider, network, url, capabilities, minStake, status: 'live' });
      break;
    }
    case 'serviceUpdated': {
      const { url, capabilities, minStake } = event;
      changeService(draft, event.provider, event.network, { url, capabilities, minStake });
      break;
    }
    case 'serviceStakeSynced':
      changeService(draft, event.provider, event.network, { minStake: event.minStake });
      break;
    case 'servicePaused':
      changeService(draft, event.provider, event.network, { status: 'paused' });
      break;
    case 'serviceResumed':
      changeService(draft, event.provider, event.network, { status: 'live' });
      break;
    case 'serviceRemoved':
      changeService(draft, event.provider, event.network, { status: 'removed' });
      break;
    case 'registryReplaced':
      draft.setSuccessor(event.successor);
      break;
    default:
      // A variant that this version does not know.
      event satisfies never;
  }
}

function change(draft: SetDraft, id: Address, values: Partial<Provider>): void {
  draft.putProvider({ ...draft.provider(id), ...values });
}

function changeService(
  draft: SetDraft,
  provider: Address,
  network: NetworkKey,
  values: Partial<Service>,
): void {
  const service = draft.provider(provider).services.get(network);
  if (service !== undefined) putService(draft, { ...service, ...values });
}

function putService(draft: SetDraft, service: Service): void {
  const provider = draft.provider(service.provider);
  const services = new Map(provider.services).set(service.network, service);
  const requiredStake =
    provider.requiredStake - stakeFor(provider.services.get(service.network)) + stakeFor(service);
  draft.putProvider({ ...provider, services, requiredStake });
}

/** Live or paused, an offered service needs its stake. */
function stakeFor(service: Service | undefined): bigint {
  return service === undefined || service.status === 'removed' ? 0n : service.minStake;
}
