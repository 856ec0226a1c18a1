import { setTimeout as delay } from 'node:timers/promises';
import { type EpochParams, epochAt, windowsOf } from '../../router/chain/epochClock.ts';
import { unixSeconds } from '../../router/core/units.ts';
import { rpc } from '../devnet/anvilProcess.ts';
import type { ServedNetwork } from './servedNetwork.ts';
import {
  BLOCKS_A_SECOND,
  COMMIT_SECONDS,
  EPOCH_SECONDS,
  REVEAL_SECONDS,
  TRANSACTIONS_A_SECOND,
} from './terms.ts';

/** A second of the settlement chain. */
export interface Moment {
  readonly epoch: number;
  /** Of the epoch, from 0. */
  readonly second: number;
}

/** The hand on the clocks: each second of the settlement chain is one block, mined here. */
export interface SettlementTime {
  /** The second that the next block will be of. */
  next(): Moment;
  /** Until a real second has passed since the last block. */
  wait(): Promise<void>;
  /** Mines it, and the served network's blocks of that time. */
  mine(): Promise<void>;
  /** The chain forgets its newest blocks and all that they held; empty ones of the same times are in their place. */
  reorg(depth: number): Promise<void>;
  /** What the next block asks for its gas. */
  setBaseFee(gwei: number): Promise<void>;
}

/** In less time there would be too few samples of an epoch. */
const SECOND_MS = 1_000;
const GWEI = 10n ** 9n;

export async function startSettlementTime(args: {
  readonly settlementUrl: string;
  readonly network: ServedNetwork;
  readonly genesis: number;
}): Promise<SettlementTime> {
  const { settlementUrl, network, genesis } = args;
  const params: EpochParams = {
    ...{ genesis, epochSeconds: EPOCH_SECONDS },
    ...{ commitSeconds: COMMIT_SECONDS, revealSeconds: REVEAL_SECONDS, TRANSACTIONS_A_SECOND },
  };
  const settle = (method: string, ...rest: unknown[]) => rpc(settlementUrl, method, rest);
  await settle('evm_setAutomine', false);
  await settle('anvil_setBlockTimestampInterval', 1);
  const newest = (await settle('eth_getBlockByNumber', 'latest', false)) as { timestamp: string };
  let now = Number(newest.timestamp);
  let minedAt = performance.now();
  return {
    next() {
      const epoch = epochAt(params, unixSeconds(now + 1)) ?? 0;
      return { epoch, second: now + 1 - windowsOf(params, epoch).start };
    },
    wait: () => delay(Math.max(minedAt + SECOND_MS - performance.now(), 0)),
    async mine() {
      minedAt = performance.now();
      await Promise.all([settle('evm_mine'), network.mine(BLOCKS_A_SECOND, TRANSACTIONS_A_SECOND)]);
      now += 1;
    },
    reorg: async (depth) => void (await settle('anvil_reorg', depth, [])),
    setBaseFee: async (gwei) =>
      void (await settle('anvil_setNextBlockBaseFeePerGas', hex(BigInt(gwei) * GWEI))),
  };
}

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
