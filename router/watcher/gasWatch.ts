import type { PublicClient } from 'viem';
import type { Address } from '../registry/providerSet.ts';
import { describeError } from './describeError.ts';
import type { WatcherLog } from './watcherLog.ts';

/** Commit, a reveal of a hundred services and a case: what an epoch costs at most in a usual week. */
const GAS_PER_EPOCH = 1_000_000n;

/** Below so many epochs' worth the operator should hear of it. */
const EARLY_EPOCHS = 50n;

export interface GasWatch {
  /** Compares the balance with what attesting costs, and says so when it runs low. Never rejects. */
  check(): Promise<void>;
}

export function createGasWatch(client: PublicClient, account: Address, log: WatcherLog): GasWatch {
  return {
    async check() {
      try {
        const [balance, gasPrice] = await Promise.all([
          client.getBalance({ address: account }),
          client.getGasPrice(),
        ]);
        const epochs = balance / (GAS_PER_EPOCH * (gasPrice > 0n ? gasPrice : 1n));
        if (epochs >= EARLY_EPOCHS) return;
        log.error(
          { code: 'LOW_GAS_BALANCE', account, balance: String(balance), epochs: Number(epochs) },
          'gas_low',
        );
      } catch (error) {
        log.warn(describeError(error), 'balance_unread');
      }
    },
  };
}
