import { rpc } from '../devnet/anvilProcess.ts';
import { DEV_ROLES, devAccounts } from '../devnet/devAccounts.ts';
import { startAnvil } from '../lib/anvil.ts';

/** The network that is served: a real node whose blocks come when they are asked for, some with transactions. */
export interface ServedNetwork {
  readonly url: string;
  /** Of so many blocks, the first holds the transactions. */
  mine(blocks: number, transactions: number): Promise<void>;
  stop(): Promise<void>;
}

const CONTRACT = '0x00000000000000000000000000000000000c0de5';
/** Stores the word that it is called with, and logs it. */
const CODE = '0x5f35805f555f52600160205fa100';
/** Of a plain transfer, and of a call of the contract. */
const GAS = '0x186a0';
const WORD_DIGITS = 64;

export async function startServedNetwork(chainId: number): Promise<ServedNetwork> {
  const node = await startAnvil({ chainId, flags: ['--no-mining', '--accounts', '40'] });
  const senders = devAccounts(DEV_ROLES.firstUser, DEV_ROLES.users).map(({ address }) => address);
  let sent = 0;

  function transaction(): object {
    sent += 1;
    const from = senders[sent % senders.length];
    // Every other one a transfer, to an account that nobody had before.
    if (sent % 2 === 0) return { from, to: `0x${hex(sent, 40)}`, value: '0x1', gas: GAS };
    return { from, to: CONTRACT, data: `0x${hex(sent, WORD_DIGITS)}`, gas: GAS };
  }

  await rpc(node.url, 'anvil_setCode', [CONTRACT, CODE]);
  return {
    url: node.url,
    async mine(blocks, transactions) {
      for (let index = 0; index < transactions; index++) {
        await rpc(node.url, 'eth_sendTransaction', [transaction()]);
      }
      await rpc(node.url, 'anvil_mine', [`0x${blocks.toString(16)}`]);
    },
    stop: () => node.stop(),
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
