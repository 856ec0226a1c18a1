import {
  type Address,
  encodeFunctionData,
  type Hex,
  hexToBytes,
  type PublicClient,
  parseEther,
  toFunctionSelector,
} from 'viem';
import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../../router/chain/abi/watcherHub.ts';
import { type Contracts, discoverContracts } from '../../../router/chain/contracts.ts';
import { type EpochParams, epochAt } from '../../../router/chain/epochClock.ts';
import { createSettlementClient } from '../../../router/chain/settlementClient.ts';
import { unixSeconds } from '../../../router/core/units.ts';
import { DEV_ROLES, devAccount } from '../../devnet/devAccounts.ts';
import { playChain } from '../chain.ts';
import type { PlannedBlock } from '../history.ts';
import { MIN_STAKE } from '../member.ts';
import { createPlayer, type Player } from '../player.ts';

/** A settlement chain with every provider on every network, and one watcher that is the whole quorum. */
export interface AttestChain {
  readonly url: string;
  readonly contracts: Contracts;
  readonly params: EpochParams;
  /** The epoch that runs. */
  epoch(): Promise<number>;
  /** Blocks until the chain's time is not before this. */
  mineTo(seconds: number): Promise<void>;
  mine(): Promise<void>;
  /** Transactions that wait for a block. */
  waiting(): Promise<number>;
  /** Of the watcher, in the order of their blocks, since the last time. */
  sent(): Promise<SentTransaction[]>;
  stop(): Promise<void>;
}

export interface SentTransaction {
  readonly name: string;
  readonly gas: number;
  /** Signed, as a rollup writes it down. */
  readonly bytes: Uint8Array;
}

/** One of those that anvil funds by itself. */
export const WATCHER_ACCOUNT = 9;
const ROLE_WATCHER = 1;
const BOND = parseEther('10000');
const REWARDS = parseEther('10000');
/** Room in each block: as many actions at most as fit. */
const ACTIONS_PER_BLOCK = 25;

export async function buildAttestChain(args: {
  readonly providers: number;
  readonly networks: number;
  readonly endpointOf: (provider: number, network: number) => string;
  readonly onProgress: (line: string) => void;
}): Promise<AttestChain> {
  const { providers, networks, endpointOf, onProgress } = args;
  const played = await playChain({
    ...{ blocks: everyoneEverywhere(providers, networks), endpointOf, onProgress },
    events: networks + providers * (networks + 2),
  });
  const client = createSettlementClient({ rpcUrls: [played.url] });
  const player = createPlayer(played.url);
  const contracts = await discoverContracts(client, played.registry);
  const { hub } = contracts;
  const params = await client.readContract({ address: hub, abi: watcherHubAbi, functionName: 'epochParams' });
  await enlistWatcher(player, contracts);
  // As many blocks as can be in a window of a few seconds: a large report takes several.
  await player.rpc('anvil_setBlockTimestampInterval', 1);

  const timestamp = async () => Number((await client.getBlock()).timestamp);
  let readUpTo = await client.getBlockNumber();
  return {
    ...{ url: played.url, contracts, params, stop: () => played.stop() },
    epoch: async () => epochAt(params, unixSeconds(await timestamp())) ?? 0,
    mine: () => player.mine(1),
    async mineTo(seconds) {
      while ((await timestamp()) < seconds) await player.mine(1);
    },
    async waiting() {
      const { pending } = (await player.rpc('txpool_status')) as { pending: Hex };
      return Number(pending);
    },
    async sent() {
      const newest = await client.getBlockNumber();
      const found: SentTransaction[] = [];
      while (readUpTo < newest) {
        readUpTo += 1n;
        found.push(...(await sentIn(client, readUpTo)));
      }
      return found;
    },
  };
}

function* everyoneEverywhere(providers: number, networks: number): Generator<PlannedBlock, void> {
  const each = (count: number) => Array.from({ length: count }, (_, index) => index);
  yield {
    actions: each(networks).map((network) => ({ kind: 'addNetwork', network }) as const),
    emptyAfter: 0,
  };
  for (const provider of each(providers)) {
    const tokens = networks * MIN_STAKE * 2;
    const offers = each(networks).map(
      (network) => ({ kind: 'addService', provider, network, capabilities: 1 }) as const,
    );
    // A stake in a block of its own: the order of different senders' transactions is the node's to choose.
    yield {
      actions: [
        { kind: 'stake', provider, tokens },
        { kind: 'register', provider },
      ],
      emptyAfter: 0,
    };
    for (let from = 0; from < offers.length; from += ACTIONS_PER_BLOCK) {
      yield { actions: offers.slice(from, from + ACTIONS_PER_BLOCK), emptyAfter: 0 };
    }
  }
}

/** By whom the governor lets in, with the bond that the governor pays, and a pool for the rewards. */
async function enlistWatcher(player: Player, { vault, hub }: Contracts): Promise<void> {
  const governor = devAccount(DEV_ROLES.governor).address;
  const watcher = devAccount(WATCHER_ACCOUNT).address;
  const bonded = [ROLE_WATCHER, watcher, BOND] as const;
  const call = (from: Address, to: Address, data: Hex) => ({ from, to, data });
  const calls = [
    call(governor, vault, encodeFunctionData({ abi: stakeVaultAbi, functionName: 'stake', args: bonded })),
    call(
      governor,
      vault,
      encodeFunctionData({ abi: stakeVaultAbi, functionName: 'fundRewards', args: [REWARDS] }),
    ),
    call(governor, hub, encodeFunctionData({ abi: watcherHubAbi, functionName: 'admit', args: [watcher] })),
  ];
  await player.send(calls);
  await player.mine(1);
  await player.send([call(watcher, hub, encodeFunctionData({ abi: watcherHubAbi, functionName: 'join' }))]);
  await player.mine(1);
}

async function sentIn(client: PublicClient, blockNumber: bigint): Promise<SentTransaction[]> {
  const watcher = devAccount(WATCHER_ACCOUNT).address.toLowerCase();
  const { transactions } = await client.getBlock({ blockNumber, includeTransactions: true });
  const ours = transactions.filter(({ from }) => from.toLowerCase() === watcher);
  return await Promise.all(
    ours.map(async (transaction) => {
      const { gasUsed } = await client.getTransactionReceipt({ hash: transaction.hash });
      return {
        name: nameOf(transaction.input),
        gas: Number(gasUsed),
        bytes: hexToBytes(await rawOf(client, transaction.hash)),
      };
    }),
  );
}

function rawOf(client: PublicClient, hash: Hex): Promise<Hex> {
  return client.request<{ Parameters: [Hex]; ReturnType: Hex }>({
    ...{ method: 'eth_getRawTransactionByHash', params: [hash] },
  });
}

const NAMES = new Map(
  watcherHubAbi.flatMap((item) =>
    item.type === 'function' ? [[toFunctionSelector(item), item.name] as const] : [],
  ),
);

function nameOf(input: Hex): string {
  return NAMES.get(input.slice(0, 10) as Hex) ?? 'other';
}
