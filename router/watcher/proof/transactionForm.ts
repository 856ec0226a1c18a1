import type { Input } from '@ethereumjs/rlp';
import { encode } from '@ethereumjs/rlp';
import type { Hex } from 'viem';
import {
  address,
  bytesOf,
  bytesOfQuantity,
  data,
  hash,
  hexOf,
  likeness,
  listOf,
  quantity,
  type Reader,
  recipient,
  record,
} from './fields.ts';
import type { Likeness } from './verdict.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A field as it is compared and as RLP writes it. */
export interface FieldValue {
  readonly text: Hex;
  readonly rlp: Input;
}

export interface TransactionField {
  readonly name: string;
  /** Undefined when the transaction has it not, or not readably. */
  read(transaction: Fields): FieldValue | undefined;
}

function number(name: string): TransactionField {
  return { name, read: (transaction) => written(quantity, transaction[name], bytesOfQuantity) };
}

function bytes(name: string, reader: Reader): TransactionField {
  return { name, read: (transaction) => written(reader, transaction[name], bytesOf) };
}

function written(reader: Reader, value: unknown, rlp: (text: Hex) => Uint8Array): FieldValue | undefined {
  const text = reader(value);
  return text === undefined ? undefined : { text, rlp: rlp(text) };
}

function several(name: string, read: (item: unknown) => Input | undefined): TransactionField {
  return {
    name,
    read(transaction) {
      const items = listOf(transaction[name], read);
      return items && { text: hexOf(encode([...items])), rlp: [...items] };
    },
  };
}

const accessList = several('accessList', (item) => {
  const fields = record(item);
  const account = address(fields?.address);
  const keys = listOf(fields?.storageKeys, hash);
  return account && keys && [bytesOf(account), keys.map(bytesOf)];
});

const blobVersionedHashes = several('blobVersionedHashes', (item) => {
  const text = hash(item);
  return text && bytesOf(text);
});

const AUTHORIZATION = [
  number('chainId'),
  bytes('address', address),
  number('nonce'),
  { name: 'yParity', read: parity },
  number('r'),
  number('s'),
];

const authorizationList = several('authorizationList', (item) => {
  const fields = record(item);
  const values = fields && readFields(fields, AUTHORIZATION);
  return values && [...values.values()].map(({ rlp }) => rlp);
});

/** Some nodes still write only `v`, as 0 and 1 or as 27 and 28. */
function parity({ yParity, v }: Fields): FieldValue | undefined {
  const text = quantity(yParity ?? v);
  if (text === '0x0' || text === '0x1b') return { text: '0x0', rlp: bytesOfQuantity('0x0') };
  if (text === '0x1' || text === '0x1c') return { text: '0x1', rlp: bytesOfQuantity('0x1') };
  return undefined;
}

const CHAIN_AND_NONCE = [number('chainId'), number('nonce')];
const FEES = [number('maxPriorityFeePerGas'), number('maxFeePerGas')];
const MESSAGE = [number('gas'), bytes('to', recipient), number('value'), bytes('input', data)];
const SIGNATURE = [{ name: 'yParity', read: parity }, number('r'), number('s')];

/** By type, each in the order in which its encoding has them. The last three are the signature. */
const FORMS: ReadonlyMap<Hex, readonly TransactionField[]> = new Map([
  ['0x0', [number('nonce'), number('gasPrice'), ...MESSAGE, number('v'), number('r'), number('s')]],
  ['0x1', [...CHAIN_AND_NONCE, number('gasPrice'), ...MESSAGE, accessList, ...SIGNATURE]],
  ['0x2', [...CHAIN_AND_NONCE, ...FEES, ...MESSAGE, accessList, ...SIGNATURE]],
  [
    '0x3',
    [
      ...CHAIN_AND_NONCE,
      ...FEES,
      ...MESSAGE,
      accessList,
      number('maxFeePerBlobGas'),
      blobVersionedHashes,
      ...SIGNATURE,
    ],
  ],
  ['0x4', [...CHAIN_AND_NONCE, ...FEES, ...MESSAGE, accessList, authorizationList, ...SIGNATURE]],
]);

/** Undefined for types that are not known here, as rollups have some of their own. */
export function transactionForm(type: Hex): readonly TransactionField[] | undefined {
  return FORMS.get(type);
}

/** Of which type a node says that a transaction is; old nodes say nothing of the first. */
export function transactionType(value: unknown): Hex | undefined {
  return value === undefined || value === null ? '0x0' : quantity(value);
}

/** A type that is left out says nothing of a transaction that has one. */
export function typeLikeness(value: unknown, truth: Hex): Likeness {
  if (value === undefined || value === null) return truth === '0x0' ? 'same' : 'missing';
  return likeness(quantity, value, truth);
}

/** By name, in the form's order. Undefined when one is not there. */
export function readFields(
  transaction: Fields,
  form: readonly TransactionField[],
): ReadonlyMap<string, FieldValue> | undefined {
  const values = new Map<string, FieldValue>();
  for (const { name, read } of form) {
    const value = read(transaction);
    if (value === undefined) return undefined;
    values.set(name, value);
  }
  return values;
}
