import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EIP1193Provider } from '@nomicfoundation/ignition-core';
import { type Hex, keccak256, parseTransaction } from 'viem';
import { openSignedTransactions, type SignedTransactions } from '../../router/chain/signedTransactions.ts';

const JOURNAL = 'journal.jsonl';

/** Of a deployment, in its journal's directory. */
export function signedOf(deploymentDir: string): SignedTransactions {
  return openSignedTransactions(join(deploymentDir, 'signed-transactions.txt'));
}

/**
 * Brings the journal of a process that was killed while it sent up to date: Ignition notes that it will send and that
 * it has sent, and cannot know what happened in between. What was signed is sent again, the very same transaction, so
 * nothing is ever done twice; what was never signed was never sent.
 */
export async function recoverSent(deploymentDir: string, provider: EIP1193Provider): Promise<void> {
  const journal = await readOrEmpty(join(deploymentDir, JOURNAL));
  if (journal === '') return;
  const { trackTransaction } = await import('@nomicfoundation/ignition-core');
  const signed = signedOf(deploymentDir).read();
  await forgetUnsigned(deploymentDir, journal, signed);
  for (const transaction of signed) {
    const hash = keccak256(transaction);
    if (journal.includes(hash)) continue;
    // Known already, or its nonce is taken: Ignition tells what stands in the way.
    if (!(await isKnown(provider, hash))) {
      await provider.request({ method: 'eth_sendRawTransaction', params: [transaction] }).catch(() => {});
    }
    // One confirmation: whether it stays is Ignition's to watch.
    if (await isKnown(provider, hash)) await trackTransaction(deploymentDir, hash, provider, 1);
  }
}

/** Takes back the last "will send" when the process ended before it had signed anything. */
async function forgetUnsigned(deploymentDir: string, journal: string, signed: readonly Hex[]): Promise<void> {
  const nonces = new Set(signed.map((transaction) => parseTransaction(transaction).nonce ?? 0));
  const lines = journal.split('\n');
  const sent = new Set(lines.flatMap((line) => interactionOf(line, 'TRANSACTION_SEND')?.key ?? []));
  const kept = lines.filter((line) => {
    const prepared = interactionOf(line, 'TRANSACTION_PREPARE_SEND');
    return prepared === undefined || sent.has(prepared.key) || nonces.has(prepared.nonce);
  });
  if (kept.length < lines.length) await writeFile(join(deploymentDir, JOURNAL), kept.join('\n'));
}

function interactionOf(line: string, type: string): { key: string; nonce: number } | undefined {
  if (!line.includes(`"${type}"`)) return undefined;
  const message = JSON.parse(line) as { futureId: string; networkInteractionId: number; nonce: number };
  return { key: `${message.futureId} ${message.networkInteractionId}`, nonce: message.nonce };
}

async function isKnown(provider: EIP1193Provider, hash: Hex): Promise<boolean> {
  const found = await provider.request({ method: 'eth_getTransactionByHash', params: [hash] });
  return found !== null && found !== undefined;
}

async function readOrEmpty(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
}
