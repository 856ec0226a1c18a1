import { type Address, type Hex, keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { DevAccount } from '../devAccounts.ts';

const TRANSFER_GAS = 21_000n;
// Far above what an idle development chain asks for, so that no transaction waits for a cheaper block.
const MAX_FEE = 100_000_000_000n;
const TIP = 1_000_000_000n;

export interface SignedTransfer {
  readonly from: Address;
  readonly nonce: number;
  readonly raw: Hex;
  readonly hash: Hex;
}

/** One account's transfers, signed here, with sequential nonces. */
export interface Sender {
  readonly address: Address;
  readonly sent: number;
  next(): Promise<SignedTransfer>;
}

export function createSender(key: DevAccount, chainId: number, to: Address, firstNonce: number): Sender {
  const account = privateKeyToAccount(key.privateKey);
  let nonce = firstNonce;
  return {
    address: account.address,
    get sent() {
      return nonce - firstNonce;
    },
    async next() {
      const mine = nonce;
      nonce += 1;
      const raw = await account.signTransaction({
        type: 'eip1559',
        chainId,
        nonce: mine,
        to,
        value: 1n,
        gas: TRANSFER_GAS,
        maxFeePerGas: MAX_FEE,
        maxPriorityFeePerGas: TIP,
      });
      return { from: account.address, nonce: mine, raw, hash: keccak256(raw) };
    },
  };
}
