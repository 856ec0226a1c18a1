import { setTimeout as delay } from 'node:timers/promises';
import { type Address, type ParseEventLogsReturnType, type PublicClient, parseEventLogs } from 'viem';
import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../../router/chain/abi/watcherHub.ts';

const POLL_MS = 40;
const ABI = [...stakeVaultAbi, ...providerRegistryAbi, ...watcherHubAbi, ...slashingCourtAbi] as const;

type ChainLog = ParseEventLogsReturnType<typeof ABI, undefined, true>[number];
export type EventName = ChainLog['eventName'];
export type ChainEvent<Name extends EventName = EventName> = Extract<ChainLog, { eventName: Name }>;

/** The contracts' events as they come, read by this side alone. */
export interface ChainEvents {
  named<Name extends EventName>(name: Name): ChainEvent<Name>[];
  stop(): void;
}

/** Follows from `fromBlock` on; a failed look is made again with the next. */
export function followChainEvents(
  client: PublicClient,
  contracts: readonly Address[],
  fromBlock: bigint,
): ChainEvents {
  const events: ChainLog[] = [];
  let next = fromBlock;
  let stopped = false;
  const look = async (): Promise<void> => {
    const head = await client.getBlockNumber();
    if (head < next) return;
    const logs = await client.getLogs({ address: [...contracts], fromBlock: next, toBlock: head });
    events.push(...parseEventLogs({ abi: ABI, logs }));
    next = head + 1n;
  };
  void (async () => {
    while (!stopped) {
      await look().catch(() => {});
      await delay(POLL_MS);
    }
  })();
  return {
    named: <Name extends EventName>(name: Name) =>
      events.filter((event): event is ChainEvent<Name> => event.eventName === name),
    stop() {
      stopped = true;
    },
  };
}
