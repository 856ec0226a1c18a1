import { z } from 'zod';
import { addressText as address } from '../../chain/addressText.ts';
import { DinError } from '../../core/dinError.ts';
import { unixSeconds } from '../../core/units.ts';
import type { RegistryEvent } from '../../registry/events.ts';
import type { Address, BlockRef, Hex } from '../../registry/providerSet.ts';
import { decodeEvent } from './eventJson.ts';

/*
 * What is asked of the indexer (router/indexer/ponder/schema/forRouters.ts) and what its answers must look like. Ponder
 * answers each root field with one SQL statement: a list is of one moment, two lists of one request need not be.
 */

/**
 * Its newest block that is there with all its events and all before (`tip`), whose events it indexes, and which of the
 * blocks of these numbers it holds.
 */
export const LOOK = /* GraphQL */ `
  query Look($registry: String!, $numbers: [BigInt]) {
    deployment(registry: $registry) {
      chainId
      vault
      baseNumber
      baseHash
      baseParentHash
      baseTimestamp
    }
    heads: tips(limit: 1) {
      items { number hash parentHash timestamp indexedAt }
    }
    held: blocks(where: { number_in: $numbers }, limit: 1000) {
      items { number hash parentHash timestamp indexedAt }
    }
  }
`;

/** Events after one block up to and in another, in the chain's order. */
export const EVENTS = /* GraphQL */ `
  query Events($registry: String!, $after: BigInt!, $to: BigInt!, $limit: Int!, $cursor: String) {
    registryEvents(
      where: { registry: $registry, blockNumber_gt: $after, blockNumber_lte: $to }
      orderBy: "blockNumber"
      limit: $limit
      after: $cursor
    ) {
      items { id blockNumber type data }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

/** A deployment that the indexer follows. */
export interface IndexedDeployment {
  readonly chainId: number;
  readonly vault: Address;
  /** The block right before the first that can hold an event. */
  readonly base: BlockRef;
}

export interface IndexedBlock {
  readonly ref: BlockRef;
  /** Another time than before says that the block was undone and indexed once more. */
  readonly indexedAt: bigint;
}

export interface IndexedEvent {
  readonly blockNumber: bigint;
  /** Undefined when it is of a kind that this version does not know. */
  readonly event: RegistryEvent | undefined;
}

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);
const bigint = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt);
const instant = bigint.transform(unixSeconds);

const block = z
  .object({ number: bigint, hash, parentHash: hash, timestamp: instant, indexedAt: bigint })
  .transform(({ indexedAt, ...ref }): IndexedBlock => ({ ref, indexedAt }));

export const lookAnswer = z.object({
  deployment: z
    .object({
      chainId: z.int().positive(),
      vault: address,
      baseNumber: bigint,
      baseHash: hash,
      baseParentHash: hash,
      baseTimestamp: instant,
    })
    .transform(
      ({ chainId, vault, ...base }): IndexedDeployment => ({
        chainId,
        vault,
        base: {
          number: base.baseNumber,
          hash: base.baseHash,
          parentHash: base.baseParentHash,
          timestamp: base.baseTimestamp,
        },
      }),
    )
    .nullable(),
  heads: z.object({ items: z.array(block).max(1) }),
  held: z.object({ items: z.array(block) }),
});

const EVENT_ID = /^(\d{16})-(\d{8})$/;

/** Rows as they are, with the place that the id says checked against the column. */
const event = z
  .object({ id: z.string().regex(EVENT_ID), blockNumber: bigint, type: z.string(), data: z.string() })
  .refine(({ id, blockNumber }) => BigInt(id.slice(0, 16)) === blockNumber);

export const eventsAnswer = z.object({
  registryEvents: z.object({
    items: z.array(event),
    pageInfo: z.discriminatedUnion('hasNextPage', [
      z.object({ hasNextPage: z.literal(true), endCursor: z.string() }),
      z.object({ hasNextPage: z.literal(false) }),
    ]),
  }),
});

export type EventRow = z.output<typeof event>;

/** @throws `MalformedEventError` */
export function readEvent({ id, blockNumber, type, data }: EventRow): IndexedEvent {
  const logIndex = Number(id.slice(17));
  return { blockNumber, event: decodeEvent(type, data, { blockNumber, logIndex }) };
}

/** The address answers, but not as our indexer does: another application or another version. */
export class MalformedAnswerError extends DinError {
  readonly code = 'MALFORMED_INDEXER_ANSWER';
  constructor(field: string) {
    super(
      `The indexer's answer is malformed${field && ` at ${field}`}. Check the indexer's address and version.`,
    );
  }
}
