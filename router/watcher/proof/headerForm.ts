import { encode } from '@ethereumjs/rlp';
import type { Hex } from 'viem';
import {
  address,
  bytesOf,
  bytesOfQuantity,
  data,
  dataOf,
  hash,
  keccak256,
  quantity,
  type Reader,
} from './fields.ts';

/** In the order in which the hash covers them. */
const FIRST_FIELDS = {
  parentHash: hash,
  sha3Uncles: hash,
  miner: address,
  stateRoot: hash,
  transactionsRoot: hash,
  receiptsRoot: hash,
  logsBloom: dataOf(256),
  difficulty: quantity,
  number: quantity,
  gasLimit: quantity,
  gasUsed: quantity,
  timestamp: quantity,
  extraData: data,
  mixHash: hash,
  nonce: dataOf(8),
} as const satisfies Record<string, Reader>;

/** What the forks appended, each to all that came before. Osaka and the forks of blob parameters added nothing. */
const LATER_FIELDS = {
  /** London */
  baseFeePerGas: quantity,
  /** Shanghai */
  withdrawalsRoot: hash,
  /** Cancun */
  blobGasUsed: quantity,
  excessBlobGas: quantity,
  parentBeaconBlockRoot: hash,
  /** Prague */
  requestsHash: hash,
  /** Amsterdam (EIP-7928, EIP-7843): on development networks as this is written, no mainnet header has them. */
  blockAccessListHash: hash,
  slotNumber: quantity,
} as const satisfies Record<string, Reader>;

type FirstField = keyof typeof FIRST_FIELDS;
type LaterField = keyof typeof LATER_FIELDS;
export type HeaderField = FirstField | LaterField;

/** A header's fields in their normal forms. */
export type HeaderFields = Readonly<Record<FirstField, Hex> & Partial<Record<LaterField, Hex>>>;

const FIRST_READERS = Object.entries(FIRST_FIELDS) as readonly (readonly [FirstField, Reader])[];
const LATER_READERS = Object.entries(LATER_FIELDS) as readonly (readonly [LaterField, Reader])[];
export const HEADER_READERS: readonly (readonly [HeaderField, Reader])[] = [
  ...FIRST_READERS,
  ...LATER_READERS,
];

/** Undefined when a field that every header has is not there, or one that is there cannot be read. */
export function readHeader(block: Readonly<Record<string, unknown>>): HeaderFields | undefined {
  const fields: Partial<Record<HeaderField, Hex>> = {};
  for (const [name, read] of FIRST_READERS) {
    const text = read(block[name]);
    if (text === undefined) return undefined;
    fields[name] = text;
  }
  for (const [name, read] of LATER_READERS) {
    const value = block[name];
    if (value === undefined || value === null) continue;
    const text = read(value);
    if (text === undefined) return undefined;
    fields[name] = text;
  }
  return fields as HeaderFields;
}

/** Of a header of whichever fork: it covers the fields that are there. */
export function headerHash(fields: HeaderFields): Hex {
  const items: Uint8Array[] = [];
  for (const [name, read] of HEADER_READERS) {
    const text = fields[name];
    if (text !== undefined) items.push(read === quantity ? bytesOfQuantity(text) : bytesOf(text));
  }
  return keccak256(encode(items));
}
