import { unixSeconds } from '../core/units.ts';
import type { BlockRef, Hex } from '../registry/providerSet.ts';
import { bytesOf, hashOf, numberOf } from './answerFields.ts';

/** A block, with what says whether an account may have logged in it. */
export interface ChainBlock {
  readonly ref: BlockRef;
  /** Undefined where the node leaves it out: then anyone may have. */
  readonly logsBloom: Hex | undefined;
}

const BLOOM_LENGTH = '0x'.length + 2 * 256;

/** A node's answer to a question about a block; undefined when it is not one that is in a chain. */
export function readBlock(answer: unknown): ChainBlock | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const fields = answer as Record<string, unknown>;
  const number = numberOf(fields.number);
  const hash = hashOf(fields.hash);
  const parentHash = hashOf(fields.parentHash);
  const timestamp = numberOf(fields.timestamp);
  if (number === undefined || hash === undefined || parentHash === undefined || timestamp === undefined)
    return undefined;
  const bloom = bytesOf(fields.logsBloom);
  return {
    ref: { number, hash, parentHash, timestamp: unixSeconds(timestamp) },
    logsBloom: bloom?.length === BLOOM_LENGTH ? bloom : undefined,
  };
}
