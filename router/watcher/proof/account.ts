import { decode, type NestedUint8Array } from '@ethereumjs/rlp';
import type { Hex } from 'viem';
import {
  address as addressField,
  bytesOf,
  data,
  hash,
  hexOf,
  keccak256,
  likeness,
  list,
  quantity,
  quantityOf,
  record,
  word,
} from './fields.ts';
import type { NetworkRules } from './networkRules.ts';
import { EMPTY_ROOT } from './orderedRoot.ts';
import { provenValue } from './trieValue.ts';
import { type Comparison, type Proof, unprovable, type Verdict, verdictOf } from './verdict.ts';

/** An account and some of its storage as of one state root. One that is not there has nothing of all this. */
export interface ProvenAccount {
  readonly address: Hex;
  readonly balance: Hex;
  readonly nonce: Hex;
  readonly codeHash: Hex;
  readonly storageHash: Hex;
  /** By slot, both as 32 bytes. Slots of which the node proved nothing are not there. */
  readonly storage: ReadonlyMap<Hex, Hex>;
}

export interface AccountQuestion {
  /** Of a proven header. */
  readonly stateRoot: Hex;
  readonly address: Hex;
  readonly slots: readonly Hex[];
}

const NO_CODE = keccak256(new Uint8Array());
const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`;

/** What the nodes of an `eth_getProof` answer prove. What the answer itself says beside them is not looked at. */
export async function proveAccount(
  answer: unknown,
  question: AccountQuestion,
): Promise<Proof<ProvenAccount>> {
  const { stateRoot, slots } = question;
  const address = addressField(question.address);
  const fields = record(answer);
  if (fields === undefined || address === undefined) return unprovable('no account proof');
  const leaf = await provenValue(stateRoot, address, fields.accountProof);
  if (leaf === undefined) return unprovable('account proof leads nowhere');
  const account = leaf === 'absent' ? NO_ACCOUNT : readLeaf(leaf);
  // Networks with other accounts than Ethereum's (Blast, Scroll before 2025) have other leaves.
  if (account === undefined) return unprovable('account of another form');
  const storage = new Map<Hex, Hex>();
  const proofs = storageProofs(fields.storageProof);
  for (const slot of slots) {
    const key = word(slot);
    const value = key && (await provenValue(account.storageHash, key, proofs.get(key)?.proof));
    const text = value === 'absent' ? ZERO_HASH : value && readSlot(value);
    if (key !== undefined && text !== undefined) storage.set(key, text);
  }
  return { kind: 'proven', truth: { ...account, address, storage } };
}

/** Of `eth_getBalance` at the account's block. */
export function judgeBalance(answer: unknown, { balance }: ProvenAccount, rules: NetworkRules): Verdict {
  return verdictOf([['balance', likeness(quantity, answer, balance)]], rules);
}

/** Of `eth_getTransactionCount` at the account's block. */
export function judgeTransactionCount(
  answer: unknown,
  { nonce }: ProvenAccount,
  rules: NetworkRules,
): Verdict {
  return verdictOf([['nonce', likeness(quantity, answer, nonce)]], rules);
}

/** Of `eth_getCode` at the account's block. */
export function judgeCode(answer: unknown, { codeHash }: ProvenAccount, rules: NetworkRules): Verdict {
  return verdictOf([['code', likeness(codeHashOf, answer, codeHash)]], rules);
}

/** Of `eth_getStorageAt` at the account's block. */
export function judgeStorageAt(
  answer: unknown,
  slot: Hex,
  { storage }: ProvenAccount,
  rules: NetworkRules,
): Verdict {
  const key = word(slot);
  const value = key && storage.get(key);
  if (value === undefined) return unprovable('slot without proof');
  return verdictOf([['storage', likeness(word, answer, value)]], rules);
}

/** Of what an `eth_getProof` answer says beside its nodes; whether these prove it is for `proveAccount`. */
export function judgeAccountProof(answer: unknown, account: ProvenAccount, rules: NetworkRules): Verdict {
  const fields = record(answer);
  return fields === undefined
    ? unprovable('no account proof')
    : verdictOf(accountComparisons(fields, account), rules);
}

function* accountComparisons(
  fields: Readonly<Record<string, unknown>>,
  account: ProvenAccount,
): Generator<Comparison> {
  yield ['address', likeness(addressField, fields.address, account.address)];
  yield ['balance', likeness(quantity, fields.balance, account.balance)];
  yield ['nonce', likeness(quantity, fields.nonce, account.nonce)];
  yield ['codeHash', likeness(hashOrNothing(NO_CODE), fields.codeHash, account.codeHash)];
  yield ['storageHash', likeness(hashOrNothing(EMPTY_ROOT), fields.storageHash, account.storageHash)];
  const proofs = storageProofs(fields.storageProof);
  for (const [slot, value] of account.storage)
    yield ['storageProof', likeness(word, proofs.get(slot)?.value, value)];
}

const NO_ACCOUNT = { balance: '0x0', nonce: '0x0', codeHash: NO_CODE, storageHash: EMPTY_ROOT } as const;

function readLeaf(leaf: Uint8Array): Omit<ProvenAccount, 'address' | 'storage'> | undefined {
  const items = rlpItems(leaf);
  if (!Array.isArray(items) || items.length !== 4) return undefined;
  const [nonceItem, balanceItem, storageItem, codeItem] = items;
  const nonce = nonceItem instanceof Uint8Array ? quantityOf(nonceItem) : undefined;
  const balance = balanceItem instanceof Uint8Array ? quantityOf(balanceItem) : undefined;
  const storageHash = storageItem instanceof Uint8Array ? hash(hexOf(storageItem)) : undefined;
  const codeHash = codeItem instanceof Uint8Array ? hash(hexOf(codeItem)) : undefined;
  return nonce && balance && storageHash && codeHash ? { nonce, balance, storageHash, codeHash } : undefined;
}

function readSlot(leaf: Uint8Array): Hex | undefined {
  const value = rlpItems(leaf);
  const text = value instanceof Uint8Array ? quantityOf(value) : undefined;
  return text && word(text);
}

function rlpItems(bytes: Uint8Array): Uint8Array | NestedUint8Array | undefined {
  try {
    return decode(bytes);
  } catch {
    // A leaf that holds no RLP belongs to a trie of another form.
    return undefined;
  }
}

/** By slot. The first of a slot counts. */
function storageProofs(value: unknown): ReadonlyMap<Hex, Readonly<Record<string, unknown>>> {
  const bySlot = new Map<Hex, Readonly<Record<string, unknown>>>();
  for (const item of list(value) ?? []) {
    const fields = record(item);
    const slot = word(fields?.key);
    if (fields !== undefined && slot !== undefined && !bySlot.has(slot)) bySlot.set(slot, fields);
  }
  return bySlot;
}

/** Nodes write the hashes of an account that is not there as zero or as those of nothing. */
function hashOrNothing(nothing: Hex) {
  return (value: unknown): Hex | undefined => {
    const text = hash(value);
    return text === ZERO_HASH ? nothing : text;
  };
}

function codeHashOf(value: unknown): Hex | undefined {
  const text = data(value);
  return text && keccak256(bytesOf(text));
}
