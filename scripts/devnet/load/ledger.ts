import { setTimeout as delay } from 'node:timers/promises';
import type { Address, Hex } from 'viem';
import { rpc } from '../anvilProcess.ts';
import type { SignedTransfer } from './sender.ts';

const POLL_MS = 200;
const BLOCKS_AT_ONCE = 20;

export interface LedgerCheck {
  readonly nodeUrl: string;
  /** What was sent, all of it. */
  readonly sent: readonly SignedTransfer[];
  /** Before anything was sent. */
  readonly firstNonces: ReadonlyMap<Address, number>;
  /** The newest block before anything was sent. */
  readonly afterBlock: bigint;
  /** How long the last may take to be in a block. */
  readonly timeoutMs: number;
}

/**
 * Compares what was sent with what the chain holds: each transaction in exactly one block, successful, and none that
 * was not sent; final nonces equal to what was sent.
 * @returns What is wrong, one line each; empty when nothing was lost or doubled.
 */
export async function checkLedger(check: LedgerCheck): Promise<string[]> {
  const expected = new Map(check.firstNonces);
  for (const { from } of check.sent) expected.set(from, (expected.get(from) ?? 0) + 1);
  const wrong = await waitForNonces(check, expected);

  const times = new Map<Hex, number>();
  const head = BigInt(String(await rpc(check.nodeUrl, 'eth_blockNumber')));
  for (let block = check.afterBlock + 1n; block <= head; block += BigInt(BLOCKS_AT_ONCE)) {
    const last = block + BigInt(BLOCKS_AT_ONCE) - 1n < head ? block + BigInt(BLOCKS_AT_ONCE) - 1n : head;
    const numbers = Array.from({ length: Number(last - block) + 1 }, (_, offset) => block + BigInt(offset));
    for (const receipts of await Promise.all(numbers.map((number) => receiptsOf(check.nodeUrl, number)))) {
      for (const { transactionHash, status } of receipts) {
        times.set(transactionHash, (times.get(transactionHash) ?? 0) + 1);
        if (status !== '0x1') wrong.push(`transaction ${transactionHash} failed`);
      }
    }
  }
  for (const { hash, from, nonce } of check.sent) {
    const found = times.get(hash) ?? 0;
    if (found !== 1) wrong.push(`transaction ${hash} (${from}, nonce ${nonce}) is in ${found} blocks`);
    times.delete(hash);
  }
  for (const hash of times.keys()) wrong.push(`transaction ${hash} is in a block and was never sent`);
  return wrong;
}

async function waitForNonces(check: LedgerCheck, expected: ReadonlyMap<Address, number>): Promise<string[]> {
  const deadline = performance.now() + check.timeoutMs;
  for (;;) {
    const wrong: string[] = [];
    for (const [address, nonce] of expected) {
      const actual = Number(await rpc(check.nodeUrl, 'eth_getTransactionCount', [address, 'latest']));
      if (actual !== nonce) wrong.push(`${address} has nonce ${actual}, ${nonce} expected`);
    }
    if (wrong.length === 0 || performance.now() > deadline) return wrong;
    await delay(POLL_MS);
  }
}

async function receiptsOf(
  nodeUrl: string,
  block: bigint,
): Promise<readonly { transactionHash: Hex; status: string }[]> {
  const receipts = await rpc(nodeUrl, 'eth_getBlockReceipts', [`0x${block.toString(16)}`]);
  return receipts as { transactionHash: Hex; status: string }[];
}
