import type { Address } from '../registry/providerSet.ts';

/** What the watcher in this gateway does. Undefined is "not known", or "none yet". */
export interface WatcherState {
  /** `waiting`: it cannot start for now, and is tried again. */
  readonly state: 'starting' | 'waiting' | 'running' | 'stopped';
  /** Stable code of what keeps it from its work. */
  readonly reason: string | undefined;
  readonly address: Address | undefined;
  /** That runs by the settlement chain's time. */
  readonly epoch: number | undefined;
  /** Newest epochs whose report was committed to, and revealed in full. */
  readonly committed: number | undefined;
  readonly revealed: number | undefined;
  /** In the chain's smallest unit, and about how many epochs it lasts. */
  readonly gas: { readonly balance: bigint; readonly epochs: number } | undefined;
}

/** The watcher on the page `/status`. Null is "not known", or "none yet". */
export interface WatcherPage {
  readonly state: WatcherState['state'];
  readonly reason: string | null;
  readonly address: string | null;
  readonly epoch: number | null;
  readonly committed: number | null;
  readonly revealed: number | null;
  /** In the chain's smallest unit, as text: it may be beyond exact numbers. */
  readonly balance: string | null;
  readonly gasEpochs: number | null;
}

export function watcherPage(watcher: WatcherState): WatcherPage {
  return {
    state: watcher.state,
    reason: watcher.reason ?? null,
    address: watcher.address ?? null,
    epoch: watcher.epoch ?? null,
    committed: watcher.committed ?? null,
    revealed: watcher.revealed ?? null,
    balance: watcher.gas === undefined ? null : String(watcher.gas.balance),
    gasEpochs: watcher.gas?.epochs ?? null,
  };
}
