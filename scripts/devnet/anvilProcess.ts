import { request } from 'undici';
import { anvilBinary } from '../lib/anvil.ts';
import { DEV_ACCOUNTS, DEV_MNEMONIC } from './devAccounts.ts';
import type { ManagedProcess, Processes } from './processes.ts';

// anvil listens within a second; a machine that starts many things at once may take its time.
const READY_TIMEOUT_MS = 20_000;

export interface AnvilProcess {
  readonly url: string;
  readonly process: ManagedProcess;
}

export interface AnvilProcessOptions {
  readonly name: string;
  readonly chainId: number;
  readonly port: number;
  /** Seconds between blocks; left out, each transaction is mined at once. */
  readonly blockTime?: number;
}

/** Starts an anvil of the development network and waits until it answers. */
export async function startAnvilProcess(
  processes: Processes,
  options: AnvilProcessOptions,
): Promise<AnvilProcess> {
  const url = `http://127.0.0.1:${options.port}`;
  const args = ['--quiet', '--host', '127.0.0.1', '--port', String(options.port)];
  args.push('--chain-id', String(options.chainId), '--mnemonic', DEV_MNEMONIC);
  args.push('--accounts', String(DEV_ACCOUNTS));
  if (options.blockTime !== undefined) args.push('--block-time', String(options.blockTime));
  const process = processes.start({ name: options.name, command: anvilBinary(), args });
  await process.ready(() => rpc(url, 'eth_chainId'), READY_TIMEOUT_MS);
  return { url, process };
}

/** One JSON-RPC call to a node of our own. Rejects on an error answer. */
export async function rpc(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = (await response.body.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}
