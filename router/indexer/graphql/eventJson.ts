import { z } from 'zod';
import { addressText as address } from '../../chain/addressText.ts';
import { isCaip2 } from '../../core/caip2.ts';
import { DinError } from '../../core/dinError.ts';
import { unixSeconds } from '../../core/units.ts';
import type { EventPlace, RegistryEvent } from '../../registry/events.ts';
import type { NetworkKey } from '../../registry/providerSet.ts';

/*
 * An event as the indexer's table `registryEvent` holds it: place and type in columns, all else as JSON with amounts
 * as decimal text. The indexer writes with one function, routers read with the other.
 */

/** JSON of all but the event's place and type. */
export function encodeEvent(event: RegistryEvent): string {
  const { blockNumber: _block, logIndex: _index, type: _type, ...data } = event;
  // The compiler's word that no variant is without a schema below.
  event.type satisfies KnownType;
  return JSON.stringify(data, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
}

/**
 * The event that {@link encodeEvent} was given; undefined when its type is not known: one of a later version.
 * @throws {@link MalformedEventError}
 */
export function decodeEvent(type: string, data: string, place: EventPlace): RegistryEvent | undefined {
  if (!isKnown(type)) return undefined;
  const parsed = eventSchema.safeParse({ ...parseObject(data), type });
  if (!parsed.success) throw new MalformedEventError(type, place);
  return { ...parsed.data, ...place };
}

function parseObject(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const UINT256_MAX = 2n ** 256n - 1n;

const networkKey = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as NetworkKey);
const amount = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt)
  .refine((value) => value <= UINT256_MAX);
const count = z.int().nonnegative();
const instant = count.transform((value) => unixSeconds(value));

const sla = z.object({
  minAvailabilityBps: count,
  maxP95LatencyMs: count,
  maxP95BlockLag: count,
  maxMismatches: count,
  minSamples: count,
});
const place = { provider: address, network: networkKey };
const offer = { ...place, serviceId: count, url: z.string(), capabilities: count, minStake: amount };

const of = <Type extends RegistryEvent['type'], Shape extends z.core.$ZodLooseShape>(
  type: Type,
  shape: Shape,
) => z.object({ ...shape, type: z.literal(type) });

const eventSchema = z.discriminatedUnion('type', [
  of('networkAdded', {
    network: networkKey,
    caip2: z.string().refine(isCaip2),
    slug: z.string(),
    minStake: amount,
    sla,
  }),
  of('networkUpdated', { network: networkKey, minStake: amount, sla }),
  of('networkRetired', { network: networkKey }),
  of('providerRegistered', { provider: address, signer: address, metadata: z.string() }),
  of('metadataSet', { provider: address, metadata: z.string() }),
  of('signerRotated', { provider: address, signer: address }),
  of('serviceAdded', offer),
  of('serviceUpdated', offer),
  of('serviceStakeSynced', { ...place, minStake: amount }),
  of('servicePaused', place),
  of('serviceResumed', place),
  of('serviceRemoved', place),
  of('providerJailed', { provider: address, until: instant }),
  of('stakeChanged', {
    provider: address,
    tokens: z.exactOptional(amount),
    thawing: z.exactOptional(amount),
    locked: z.exactOptional(amount),
  }),
  of('registryReplaced', { successor: address }),
]);

type KnownType = z.output<typeof eventSchema>['type'];

const KNOWN: ReadonlySet<string> = new Set(eventSchema.options.map((option) => option.shape.type.value));

function isKnown(type: string): type is KnownType {
  return KNOWN.has(type);
}

/** What the indexer holds under a type that we know is no such event: its answers cannot be used. */
export class MalformedEventError extends DinError {
  readonly code = 'MALFORMED_EVENT';
  constructor(type: RegistryEvent['type'], { blockNumber, logIndex }: EventPlace) {
    super(`The indexer's ${type} event at block ${blockNumber}, log ${logIndex} is malformed.`);
  }
}
