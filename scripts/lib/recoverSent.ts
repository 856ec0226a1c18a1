import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EIP1193Provider } from '@nomicfoundation/ignition-core';
import { type Hex, isHash } from 'viem';

const LOG = 'signed-transactions.txt';

/** Notes a transaction before it is sent, in the journal's directory. */
export async function noteSigned(deploymentDir: string, hash: Hex): Promise<void> {
  await appendFile(join(deploymentDir, LOG), `${hash}\n`);
}

/**
 * Tells Ignition of transactions that reached the chain although the process ended before it wrote that they were sent.
 * It would send them again: a contract twice, and the handover of governance from an account that has no power any more.
 */
export async function recoverSent(deploymentDir: string, provider: EIP1193Provider): Promise<void> {
  const { trackTransaction } = await import('@nomicfoundation/ignition-core');
  const journal = await readOrEmpty(join(deploymentDir, 'journal.jsonl'));
  if (journal === '') return;
  const signed = (await readOrEmpty(join(deploymentDir, LOG))).split('\n').filter((line) => isHash(line));
  for (const hash of signed.filter((of) => !journal.includes(of))) {
    const known = await provider.request({ method: 'eth_getTransactionByHash', params: [hash] });
    // One confirmation: whether it stays is Ignition's to watch.
    if (known !== null && known !== undefined) await trackTransaction(deploymentDir, hash, provider, 1);
  }
}

async function readOrEmpty(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
}
