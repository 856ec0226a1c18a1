import type { RegistryEvent, StakeChange } from './events.ts';
import type { Address, BlockRef, NetworkKey, ProviderSet, Service } from './providerSet.ts';
import { serviceKey } from './providerSet.ts';
import {
  addNetwork,
  closeDraft,
  networkIn,
  openDraft,
  putNetwork,
  putService,
  type SetDraft,
  serviceIn,
  touchProvider,
} from './setDraft.ts';

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
  return closeDraft(draft, block);
}

function applyEvent(draft: SetDraft, event: RegistryEvent): void {
  switch (event.type) {
    case 'networkAdded': {
      const { network: key, caip2, slug, minStake, sla } = event;
      // The registry opens a key once and closes it for good.
      if (networkIn(draft, key) === undefined) {
        addNetwork(draft, { key, caip2, slug, minStake, sla, status: 'live' });
      }
      break;
    }
    case 'networkUpdated': {
      const network = networkIn(draft, event.network);
      if (network) putNetwork(draft, { ...network, minStake: event.minStake, sla: event.sla });
      break;
    }
    case 'networkRetired': {
      const network = networkIn(draft, event.network);
      if (network) putNetwork(draft, { ...network, status: 'retired' });
      break;
    }
    case 'providerRegistered': {
      const { after } = touchProvider(draft, event.provider);
      after.signer = event.signer;
      after.metadata = event.metadata;
      break;
    }
    case 'metadataSet':
      touchProvider(draft, event.provider).after.metadata = event.metadata;
      break;
    case 'signerRotated':
      touchProvider(draft, event.provider).after.signer = event.signer;
      break;
    case 'providerJailed':
      touchProvider(draft, event.provider).after.jailedUntil = event.until;
      break;
    case 'stakeChanged':
      changeStake(draft, event);
      break;
    case 'serviceAdded': {
      const { serviceId: id, url, capabilities, minStake } = event;
      // Services are offered on networks that there are: one that is opened has none to look for.
      const network = networkIn(draft, event.network)?.key;
      if (network === undefined) break;
      // The set's own texts: one for all services of a provider and of a network.
      const provider = touchProvider(draft, event.provider).after.id;
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
      draft.successor = event.successor;
      break;
    default:
      // A variant that this version does not know.
      event satisfies never;
  }
}

function changeStake(draft: SetDraft, { provider, tokens, thawing, locked }: StakeChange): void {
  const { after } = touchProvider(draft, provider);
  if (tokens !== undefined) after.tokens = tokens;
  if (thawing !== undefined) after.thawing = thawing;
  if (locked !== undefined) after.locked = locked;
}

function changeService(
  draft: SetDraft,
  provider: Address,
  network: NetworkKey,
  values: Partial<Service>,
): void {
  const service = serviceIn(draft, provider, network);
  if (service !== undefined) putService(draft, { ...service, ...values });
}
