import type { Context } from 'ponder:registry';
import { network, provider, service } from 'ponder:schema';
import type { Address, Hex } from 'viem';
import type { RegistryEvent } from '../../../registry/events.ts';
import { storedText } from './storedText.ts';

type Db = Context['db'];
type NetworkRow = typeof network.$inferInsert;
type ProviderRow = typeof provider.$inferInsert;
type ServiceRow = typeof service.$inferInsert;

/** The routers' fold (registry/reduce.ts) on tables. Total as that one is: what makes no sense changes nothing. */
export async function applyToPresent(registry: Address, event: RegistryEvent, db: Db): Promise<void> {
  switch (event.type) {
    case 'networkAdded': {
      const { network: id, caip2, slug, minStake, sla } = event;
      await db
        .insert(network)
        .values({ registry, id, caip2, slug, status: 'live', minStake, ...sla })
        .onConflictDoNothing();
      break;
    }
    case 'networkUpdated':
      await changeNetwork(db, registry, event.network, { minStake: event.minStake, ...event.sla });
      break;
    case 'networkRetired':
      await changeNetwork(db, registry, event.network, { status: 'retired' });
      break;
    case 'providerRegistered':
      await changeProvider(db, registry, event.provider, () => ({
        signer: event.signer,
        metadata: storedText(event.metadata),
      }));
      break;
    case 'metadataSet':
      await changeProvider(db, registry, event.provider, () => ({ metadata: storedText(event.metadata) }));
      break;
    case 'signerRotated':
      await changeProvider(db, registry, event.provider, () => ({ signer: event.signer }));
      break;
    case 'providerJailed':
      await changeProvider(db, registry, event.provider, () => ({ jailedUntil: BigInt(event.until) }));
      break;
    case 'stakeChanged': {
      const { tokens, thawing, locked } = event;
      await changeProvider(db, registry, event.provider, (row) => ({
        tokens: tokens ?? row.tokens,
        thawing: thawing ?? row.thawing,
        locked: locked ?? row.locked,
      }));
      break;
    }
    case 'serviceAdded': {
      const { provider: owner, network: on, serviceId, url, capabilities, minStake } = event;
      await putService(db, {
        ...{ registry, provider: owner, network: on, serviceId: BigInt(serviceId) },
        ...{ url: storedText(url), capabilities: BigInt(capabilities), minStake, status: 'live' },
      });
      break;
    }
    case 'serviceUpdated': {
      const { url, capabilities, minStake } = event;
      const values = { url: storedText(url), capabilities: BigInt(capabilities), minStake };
      await changeService(db, registry, event, values);
      break;
    }
    case 'serviceStakeSynced':
      await changeService(db, registry, event, { minStake: event.minStake });
      break;
    case 'servicePaused':
      await changeService(db, registry, event, { status: 'paused' });
      break;
    case 'serviceResumed':
      await changeService(db, registry, event, { status: 'live' });
      break;
    case 'serviceRemoved':
      await changeService(db, registry, event, { status: 'removed' });
      break;
    case 'registryReplaced':
      // Stands in `contractChange`.
      break;
    default:
      event satisfies never;
  }
}

async function changeNetwork(db: Db, registry: Address, id: Hex, values: Partial<NetworkRow>): Promise<void> {
  if ((await db.find(network, { registry, id })) !== null)
    await db.update(network, { registry, id }).set(values);
}

async function changeProvider(
  db: Db,
  registry: Address,
  id: Address,
  change: (row: ProviderRow) => Partial<ProviderRow>,
): Promise<void> {
  const stored: ProviderRow = (await db.find(provider, { registry, id })) ?? {
    ...{
      registry,
      id,
      metadata: '',
      jailedUntil: 0n,
      tokens: 0n,
      thawing: 0n,
      locked: 0n,
      requiredStake: 0n,
    },
    funded: true,
  };
  const row = { ...stored, ...change(stored) };
  row.funded = row.tokens - row.thawing >= row.requiredStake;
  await db.insert(provider).values(row).onConflictDoUpdate(row);
}

interface ServicePlace {
  readonly provider: Address;
  readonly network: Hex;
}

async function changeService(
  db: Db,
  registry: Address,
  { provider: owner, network: on }: ServicePlace,
  values: Partial<ServiceRow>,
): Promise<void> {
  const row = await db.find(service, { registry, provider: owner, network: on });
  if (row !== null) await putService(db, { ...row, ...values });
}

async function putService(db: Db, row: ServiceRow): Promise<void> {
  const { registry, provider: owner, network: on } = row;
  const before = await db.find(service, { registry, provider: owner, network: on });
  await db.insert(service).values(row).onConflictDoUpdate(row);
  await changeProvider(db, registry, owner, ({ requiredStake }) => ({
    requiredStake: requiredStake - stakeFor(before) + stakeFor(row),
  }));
}

/** Live or paused, an offered service needs its stake. */
function stakeFor(row: ServiceRow | null): bigint {
  return row === null || row.status === 'removed' ? 0n : row.minStake;
}
