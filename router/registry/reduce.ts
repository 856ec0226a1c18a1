import type { RegistryEvent } from './events.ts';
import type { Address, BlockRef, NetworkKey, ProviderSet, Service } from './providerSet.ts';
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
        draft.addNetwork({ key, caip2, slug, minStake, sla, status: 'live' });
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
      draft.changeProvider(event.provider, { signer: event.signer, metadata: event.metadata });
      break;
    case 'metadataSet':
      draft.changeProvider(event.provider, { metadata: event.metadata });
      break;
    case 'signerRotated':
      draft.changeProvider(event.provider, { signer: event.signer });
      break;
    case 'providerJailed':
      draft.changeProvider(event.provider, { jailedUntil: event.until });
      break;
    case 'stakeChanged': {
      const { tokens, thawing, locked } = event;
      draft.changeProvider(event.provider, {
        ...(tokens !== undefined && { tokens }),
        ...(thawing !== undefined && { thawing }),
        ...(locked !== undefined && { locked }),
      });
      break;
    }
    case 'serviceAdded': {
      const { serviceId: id, url, capabilities, minStake } = event;
      // Services are offered on networks that there are: one that is opened has none to look for.
      const network = draft.network(event.network)?.key;
      if (network === undefined) break;
      const provider = draft.providerId(event.provider);
      const key = serviceKey(provider, network);
      draft.putService({ key, id, provider, network, url, capabilities, minStake, status: 'live' });
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

function changeService(
  draft: SetDraft,
  provider: Address,
  network: NetworkKey,
  values: Partial<Service>,
): void {
  const service = draft.service(provider, network);
  if (service !== undefined) draft.putService({ ...service, ...values });
}
