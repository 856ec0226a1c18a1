import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createMetrics } from '../observability/metrics.ts';
import { gatewayGauges } from './gauges.ts';
import { type WatcherState, watcherPage } from './watcherState.ts';

const WAITING: WatcherState = {
  state: 'waiting',
  reason: 'NOT_A_WATCHER',
  address: '0x00000000000000000000000000000000000000bb',
  ...{ epoch: undefined, committed: undefined, revealed: undefined, gas: undefined },
};
const RUNNING: WatcherState = {
  ...WAITING,
  ...{ state: 'running', reason: undefined, epoch: 9, committed: 8, revealed: 7 },
  gas: { balance: 12_500_000_000_000_000_000n, epochs: 40 },
};

async function series(watcher: WatcherState | undefined): Promise<string[]> {
  const registry = new Registry();
  const state = { draining: false, settlement: undefined, routers: [], watcher };
  createMetrics(registry).collectFrom(() => gatewayGauges(state));
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('din_watcher_'));
}

test('one that cannot start says why, and of the rest that it is not known', async () => {
  expect(watcherPage(WAITING)).toEqual({
    ...{ state: 'waiting', reason: 'NOT_A_WATCHER', address: WAITING.address },
    ...{ epoch: null, committed: null, revealed: null, balance: null, gasEpochs: null },
  });
  expect(await series(WAITING)).toEqual([
    'din_watcher_state{state="starting"} 0',
    'din_watcher_state{state="waiting"} 1',
    'din_watcher_state{state="running"} 0',
    'din_watcher_state{state="stopped"} 0',
  ]);
});

test('one that runs says how far it is and what it has left', async () => {
  expect(watcherPage(RUNNING)).toMatchObject({
    ...{ state: 'running', reason: null, epoch: 9, committed: 8, revealed: 7 },
    ...{ balance: '12500000000000000000', gasEpochs: 40 },
  });
  expect(await series(RUNNING)).toEqual(
    expect.arrayContaining([
      'din_watcher_state{state="running"} 1',
      'din_watcher_epoch 9',
      'din_watcher_committed_epoch 8',
      'din_watcher_revealed_epoch 7',
      'din_watcher_gas_balance_coins 12.5',
      'din_watcher_gas_epochs 40',
    ]),
  );
});

test('a gateway without one has no series of it', async () => {
  expect(await series(undefined)).toEqual([]);
});
