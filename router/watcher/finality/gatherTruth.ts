import { someOf } from '../../core/someOf.ts';
import type { Hex } from '../../registry/providerSet.ts';
import { proveAccount } from '../proof/account.ts';
import { type ProvenBlock, proveBlock } from '../proof/block.ts';
import { type ProvenReceipts, proveReceipts } from '../proof/receipts.ts';
import { findViews } from './findViews.ts';
import { addressesOf, emittersOf } from './material.ts';
import { answersOf, type Sources } from './sources.ts';
import type { AccountTruth, Truth } from './truth.ts';

/** Accounts that are proven at each anchor: contracts with logs, and any others. */
const EMITTERS = 3;
const OTHERS = 3;

// Contracts use the first slots for what changes.
const SLOTS = 6;

/** Far above real proofs, of which each is kept. */
const MAX_PROOF_BYTES = 64 * 1024;

/** Proves of the anchor's block what its nodes can prove. Whatever they cannot is left out. */
export async function gatherTruth(sources: Sources): Promise<Truth> {
  const { anchor, isNear, random } = sources;
  const { answer, block } = await gatherBlock(sources);
  const receipts = block && (await gatherReceipts(sources, block));
  const addresses = addressesOf(answer);
  const chosen = new Set([
    ...someOf(receipts === undefined ? [] : emittersOf(receipts), EMITTERS, random),
    ...someOf(addresses, OTHERS, random),
  ]);
  const accounts: AccountTruth[] = [];
  for (const address of chosen) {
    const account = await gatherAccount(sources, address);
    if (account) accounts.push(account);
  }
  // Nodes that keep no old state have no answers at an old block.
  const calls = isNear ? await findViews(sources, accounts, addresses) : [];
  return { anchor, isNear, block, receipts, accounts, addresses, calls };
}

/** The answer that is proven, or any that is not. */
async function gatherBlock(sources: Sources): Promise<{ answer: unknown; block: ProvenBlock | undefined }> {
  const { header } = sources.anchor;
  let any: unknown;
  for await (const answer of answersOf(sources, 'eth_getBlockByHash', [header.hash, true])) {
    const proof = proveBlock(answer, header);
    if (proof.kind === 'proven') return { answer, block: proof.truth };
    any ??= answer;
  }
  return { answer: any, block: undefined };
}

async function gatherReceipts(sources: Sources, block: ProvenBlock): Promise<ProvenReceipts | undefined> {
  const none = proveReceipts([], block);
  if (none.kind === 'proven') return none.truth;
  for await (const answer of answersOf(sources, 'eth_getBlockReceipts', [block.header.fields.number])) {
    const proof = proveReceipts(answer, block);
    if (proof.kind === 'proven') return proof.truth;
  }
  return undefined;
}

async function gatherAccount(sources: Sources, address: Hex): Promise<AccountTruth | undefined> {
  const { stateRoot, number } = sources.anchor.header.fields;
  const slot = Math.floor(sources.random() * SLOTS).toString(16);
  const slots: Hex[] = [`0x${slot.padStart(64, '0')}`];
  const small = { ...sources, maxBytes: MAX_PROOF_BYTES };
  for await (const answer of answersOf(small, 'eth_getProof', [address, slots, number])) {
    const proof = await proveAccount(answer, { stateRoot, address, slots });
    if (proof.kind === 'proven') return { ...proof.truth, answer };
  }
  return undefined;
}
