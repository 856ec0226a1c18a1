import { encode } from '@ethereumjs/rlp';
import type { Hex } from 'viem';
import type { ProvenBlock } from './block.ts';
import { createLogsBloom } from './bloom.ts';
import { bytesOf, bytesOfQuantity, hash, list, listOf, quantity, quantityText, record } from './fields.ts';
import { bloomItems, type PlacedLog, readLogEntry, rlpOfLog } from './logEntry.ts';
import { orderedRoot } from './orderedRoot.ts';
import type { Transaction } from './transaction.ts';
import { type Proof, unprovable } from './verdict.ts';

/** A receipt with what its block commits to, and what follows from that. */
export interface ProvenReceipt {
  readonly transaction: Transaction;
  /** Since Byzantium whether it succeeded, before it the state's root after it. */
  readonly outcome: { readonly field: 'status' | 'root'; readonly text: Hex };
  readonly cumulativeGasUsed: Hex;
  readonly gasUsed: Hex;
  readonly logsBloom: Hex;
  readonly logs: readonly PlacedLog[];
}

export interface ProvenReceipts {
  readonly block: ProvenBlock;
  readonly receipts: readonly ProvenReceipt[];
}

interface ReceiptPlace {
  readonly block: ProvenBlock;
  readonly index: number;
  readonly transaction: Transaction;
  readonly firstLogIndex: number;
  readonly gasUsedBefore: bigint;
  readonly bloomOf: ReturnType<typeof createLogsBloom>;
}

/** Whether an `eth_getBlockReceipts` answer holds the receipts to which a block commits. */
export function proveReceipts(answer: unknown, block: ProvenBlock): Proof<ProvenReceipts> {
  const given = list(answer);
  if (given?.length !== block.transactions.length) return unprovable('no receipts');
  const receipts: ProvenReceipt[] = [];
  const bloomOf = createLogsBloom();
  let firstLogIndex = 0;
  let gasUsedBefore = 0n;
  for (const [index, transaction] of block.transactions.entries()) {
    const receipt = readReceipt(given[index], {
      block,
      index,
      transaction,
      firstLogIndex,
      gasUsedBefore,
      bloomOf,
    });
    if (receipt === undefined) return unprovable('receipt of another form');
    receipts.push(receipt);
    firstLogIndex += receipt.logs.length;
    gasUsedBefore = BigInt(receipt.cumulativeGasUsed);
  }
  if (orderedRoot(receipts.map(encodingOf)) !== block.header.fields.receiptsRoot)
    return unprovable('receiptsRoot of another form');
  return { kind: 'proven', truth: { block, receipts } };
}

function readReceipt(value: unknown, place: ReceiptPlace): ProvenReceipt | undefined {
  const { block, transaction } = place;
  const given = record(value);
  const outcome = given && outcomeOf(given);
  const cumulativeGasUsed = quantity(given?.cumulativeGasUsed);
  const entries = listOf(given?.logs, readLogEntry);
  if (!outcome || !cumulativeGasUsed || !entries) return undefined;
  const gasUsed = BigInt(cumulativeGasUsed) - place.gasUsedBefore;
  if (gasUsed < 0n) return undefined;
  const logs = entries.map((entry, offset) => ({
    ...entry,
    logIndex: place.firstLogIndex + offset,
    transactionIndex: place.index,
    transactionHash: transaction.hash,
    blockHash: block.header.hash,
    header: block.header.fields,
  }));
  return {
    transaction,
    outcome,
    cumulativeGasUsed,
    gasUsed: quantityText(gasUsed),
    logsBloom: place.bloomOf(entries.flatMap(bloomItems)),
    logs,
  };
}

/** Some nodes add a `status` of their own to receipts that have a root, none a root to those that have a status. */
function outcomeOf({
  root,
  status,
}: Readonly<Record<string, unknown>>): ProvenReceipt['outcome'] | undefined {
  const rootText = hash(root);
  if (rootText !== undefined) return { field: 'root', text: rootText };
  const statusText = quantity(status);
  return statusText === undefined ? undefined : { field: 'status', text: statusText };
}

function encodingOf({ transaction, outcome, cumulativeGasUsed, logsBloom, logs }: ProvenReceipt): Uint8Array {
  const body = encode([
    outcome.field === 'root' ? bytesOf(outcome.text) : bytesOfQuantity(outcome.text),
    bytesOfQuantity(cumulativeGasUsed),
    bytesOf(logsBloom),
    logs.map(rlpOfLog),
  ]);
  return transaction.type === '0x0' ? body : new Uint8Array([Number(transaction.type), ...body]);
}
