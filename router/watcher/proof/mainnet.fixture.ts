import { readFileSync } from 'node:fs';
import type { Hex } from 'viem';
import { type ProvenBlock, proveBlock } from './block.ts';
import { type ProvenHeader, proveHeader } from './header.ts';
import { type ProvenReceipts, proveReceipts } from './receipts.ts';
import type { Proof } from './verdict.ts';

export type Answer = Record<string, unknown>;

export interface HeaderFixture {
  readonly fork: string;
  readonly block: Answer & { readonly hash: Hex };
}

export interface BlockFixture extends HeaderFixture {
  readonly block: HeaderFixture['block'] & { readonly transactions: readonly Answer[] };
  readonly receipts?: readonly (Answer & { readonly logs: readonly Answer[] })[];
}

/** Real blocks as nodes answer them, for each form of header that mainnet had, without their transactions. */
export const mainnetHeaders: readonly HeaderFixture[] = fixture('headers.json');

/** Real blocks with all their transactions, some with their receipts. */
export const mainnetBlocks: readonly BlockFixture[] = fixture('blocks.json');

/** A real `eth_getProof` answer for the account at slot 1, and the root of its block's state. */
export const mainnetProof: { readonly answer: Answer & { address: Hex }; readonly stateRoot: Hex } = {
  answer: fixture<{ proof: Answer & { address: Hex } }>('stateProof.json').proof,
  stateRoot: mainnetHeaders.find(({ fork }) => fork === 'Cancun')?.block.stateRoot as Hex,
};

function fixture<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as Content;
}

/** The truth of a proof that has to hold. */
export function truthOf<Truth>(proof: Proof<Truth>): Truth {
  if (proof.kind !== 'proven') throw new Error(`unprovable: ${proof.why}`);
  return proof.truth;
}

export function headerOf({ block }: HeaderFixture): ProvenHeader {
  return truthOf(proveHeader(block, block.hash));
}

export function blockOf(fixture: BlockFixture): ProvenBlock {
  return truthOf(proveBlock(fixture.block, headerOf(fixture)));
}

export function receiptsOf(fixture: BlockFixture): ProvenReceipts {
  return truthOf(proveReceipts(fixture.receipts, blockOf(fixture)));
}

export const blocksWithReceipts = mainnetBlocks.filter(({ receipts }) => receipts !== undefined);
