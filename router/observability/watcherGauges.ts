import type { DeclareGauge } from './gauge.ts';

export interface WatcherGauges {
  readonly state: (typeof STATES)[number];
  readonly epoch: number | undefined;
  readonly committed: number | undefined;
  readonly revealed: number | undefined;
  /** In the chain's smallest unit. */
  readonly gas: { readonly balance: bigint; readonly epochs: number } | undefined;
}

const STATES = ['starting', 'waiting', 'running', 'stopped'] as const;
// Coins of EVM chains have 18 decimals.
const WEI_PER_COIN = 1e18;

/** Without a watcher none of them has a series. */
export function declareWatcherGauges(declare: DeclareGauge<WatcherGauges | undefined>): void {
  declare('din_watcher_state', '1 at the state the watcher is in', ['state'], (set, watcher) => {
    if (watcher) for (const state of STATES) set({ state }, state === watcher.state ? 1 : 0);
  });
  declare('din_watcher_epoch', 'Epoch that runs', [], (set, watcher) => {
    if (watcher?.epoch !== undefined) set({}, watcher.epoch);
  });
  declare(
    'din_watcher_committed_epoch',
    'Newest epoch whose report the watcher has committed to',
    [],
    (set, watcher) => {
      if (watcher?.committed !== undefined) set({}, watcher.committed);
    },
  );
  declare(
    'din_watcher_revealed_epoch',
    'Newest epoch whose report the watcher has revealed',
    [],
    (set, watcher) => {
      if (watcher?.revealed !== undefined) set({}, watcher.revealed);
    },
  );
  declare(
    'din_watcher_gas_balance_coins',
    "What the watcher's account has for gas, in whole coins of the settlement chain",
    [],
    (set, watcher) => {
      if (watcher?.gas) set({}, Number(watcher.gas.balance) / WEI_PER_COIN);
    },
  );
  declare(
    'din_watcher_gas_epochs',
    'How many epochs the balance lasts, at the price of gas of then',
    [],
    (set, watcher) => {
      if (watcher?.gas) set({}, watcher.gas.epochs);
    },
  );
}
