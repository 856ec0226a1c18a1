import type { Hex } from '../../registry/providerSet.ts';
import { fieldOf } from '../mix/question.ts';
import { address, list } from '../proof/fields.ts';
import type { ProvenReceipts } from '../proof/receipts.ts';

const MAX_ADDRESSES = 64;
const MAX_TRANSACTIONS = 500;

/** Who sent and received transactions in a block, each once. The answer need not be proven: any account will do. */
export function addressesOf(block: unknown): readonly Hex[] {
  const found = new Set<Hex>();
  for (const transaction of list(fieldOf(block, 'transactions'))?.slice(0, MAX_TRANSACTIONS) ?? []) {
    for (const name of ['to', 'from']) {
      const account = address(fieldOf(transaction, name));
      if (account !== undefined && found.size < MAX_ADDRESSES) found.add(account);
    }
  }
  return [...found];
}

/** Whose logs a block holds, each once. */
export function emittersOf({ receipts }: ProvenReceipts): readonly Hex[] {
  const found = new Set<Hex>();
  for (const { logs } of receipts) for (const log of logs) found.add(log.address);
  return [...found].slice(0, MAX_ADDRESSES);
}

const BALANCE_OF = '0x70a08231';
const PLAIN_VIEWS: readonly Hex[] = ['0x18160ddd', '0x313ce567', '0x95d89b41']; // totalSupply, decimals, symbol

/** What wallets ask of a token, for one holder. */
export function viewsOf(holder: Hex): readonly Hex[] {
  return [`${BALANCE_OF}${holder.slice(2).padStart(64, '0')}`, ...PLAIN_VIEWS];
}
