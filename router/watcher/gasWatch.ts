import type { PublicClient } from 'viem';
import type { Address } from '../registry/providerSet.ts';
import { describeError } from './describeError.ts';
import { CLAIM_GAS, COMMIT_GAS, chunkGas, chunkLimits, chunkSizes } from './revealGas.ts';
import type { WatcherLog } from './watcherLog.ts';

/** Below so many epochs' worth the operator should hear of it. */
const EARLY_EPOCHS = 50;
/** A case opened or executed now and then. */
const CASES_GAS = 100_000;
/** One service in so many may break its SLA in a usual epoch. */
const SERVICES_PER_BREACH = 50;

export interface GasWatchDependencies {
  readonly client: PublicClient;
  readonly account: Address;
  /** How many services a report is about. */
  readonly services: () => number;
  readonly log: WatcherLog;
}

export interface GasReserve {
  /** In the chain's coin's smallest unit. */
  readonly balance: bigint;
  /** How many epochs it lasts at the present price. */
  readonly epochs: number;
}

export interface GasWatch {
  /**
   * Says how many epochs the balance lasts at the present price, as an error once they are few. To be called once an
   * epoch. Never rejects.
   */
  check(): Promise<void>;
  /** As found last; undefined before. */
  last(): GasReserve | undefined;
}

export function createGasWatch({ client, account, services, log }: GasWatchDependencies): GasWatch {
  let last: GasReserve | undefined;
  return {
    last: () => last,
    async check() {
      try {
        const [balance, price, { gasLimit }] = await Promise.all([
          client.getBalance({ address: account }),
          client.getGasPrice(),
          client.getBlock(),
        ]);
        const expected = BigInt(epochGas(services(), gasLimit)) * price;
        // What an epoch really took: a rollup asks for more than gas.
        const spent = last !== undefined && last.balance > balance ? last.balance - balance : 0n;
        const cost = spent > expected ? spent : expected;
        // A chain that asks for nothing today may ask for something tomorrow.
        const epochs = Number(balance / (cost > 0n ? cost : 1n));
        last = { balance, epochs };
        const fields = { account, balance: String(balance), epochCost: String(cost), epochs };
        if (epochs >= EARLY_EPOCHS) log.debug(fields, 'gas_enough');
        else log.error({ code: 'LOW_GAS_BALANCE', ...fields }, 'gas_low');
      } catch (error) {
        log.warn(describeError(error), 'balance_unread');
      }
    },
  };
}

/** What attesting an epoch takes. */
function epochGas(services: number, blockGas: bigint): number {
  const whole = { records: services, breaches: Math.ceil(services / SERVICES_PER_BREACH) };
  const reveal = chunkSizes(whole, chunkLimits(blockGas)).reduce((sum, size) => sum + chunkGas(size), 0);
  return COMMIT_GAS + reveal + CLAIM_GAS + CASES_GAS;
}
