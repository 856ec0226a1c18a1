import type { Address, PublicClient } from 'viem';
import { stakeVaultAbi } from '../../../router/chain/abi/stakeVault.ts';
import { createSettlementClient } from '../../../router/chain/settlementClient.ts';
import { systemClock } from '../../../router/core/clock.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { rpc } from '../anvilProcess.ts';
import { DEV_ROLES, devAccount } from '../devAccounts.ts';
import type { ProviderState } from '../devnetState.ts';
import { createLoad, type Load } from '../load/load.ts';
import { createSender } from '../load/sender.ts';
import { askTruth, type Truth } from '../load/truth.ts';
import type { Devnet } from '../network.ts';
import { type ChainEvents, followChainEvents } from './chainEvents.ts';

export const CONCURRENCY = 32;
const PROVIDER_ROLE = 0;
/** Methods that the load calls and no probe does: they tell users from watchers and head polls. */
const USER_METHODS = [
  'eth_call',
  'net_version',
  'eth_getBlockByHash',
  'eth_getTransactionCount',
  'eth_getCode',
];

/** What all acts of the story share. */
export interface Stage {
  readonly devnet: Devnet;
  readonly client: PublicClient;
  readonly events: ChainEvents;
  readonly truth: Truth;
  readonly load: Load;
  readonly firstNonces: ReadonlyMap<Address, number>;
  readonly stakesBefore: ReadonlyMap<string, bigint>;
  /** Calls that reached a provider's process before it ended; a new process counts from zero. */
  readonly receivedBefore: Map<string, number>;
  /** Who dies, who hangs, who answers 500, who stays well. */
  readonly cast: {
    readonly dead: ProviderState;
    readonly hung: ProviderState;
    readonly broken: ProviderState;
    readonly well: ProviderState;
  };
  say(line: string): void;
  close(): Promise<void>;
}

export async function setStage(devnet: Devnet, say: (line: string) => void): Promise<Stage> {
  const { state } = devnet;
  const [dead, hung, broken, well] = state.providers;
  if (!dead || !hung || !broken || !well) throw new DemoFailedError('the story needs four providers');
  const client = createSettlementClient({ rpcUrls: [state.settlement.rpcUrl] });
  const { contracts, deploymentBlock } = state.settlement;
  const { vault, registry, hub, court } = contracts;
  const events = followChainEvents(client, [vault, registry, hub, court], BigInt(deploymentBlock));
  const idle = devAccount(DEV_ROLES.idle).address;
  const users = state.users.map(({ address }) => address);
  const truth = await askTruth(state.network.rpcUrl, users, idle);
  const firstNonces = new Map<Address, number>();
  for (const user of users) {
    firstNonces.set(
      user,
      Number(await rpc(state.network.rpcUrl, 'eth_getTransactionCount', [user, 'latest'])),
    );
  }
  const treasury = state.treasury.address;
  const senders = state.users.map((user) =>
    createSender(user, state.network.chainId, treasury, firstNonces.get(user.address) ?? 0),
  );
  const load = createLoad({
    url: state.gateway.rpcUrl,
    truth,
    senders,
    concurrency: CONCURRENCY,
    clock: systemClock,
    random: Math.random,
  });
  const stage: Omit<Stage, 'stakesBefore'> = {
    ...{ devnet, client, events, truth, load, firstNonces, say, receivedBefore: new Map() },
    cast: { dead, hung, broken, well },
    async close() {
      events.stop();
      await load.close();
    },
  };
  const stakes = state.providers.map(
    async (one) => [one.name, await stakeOf(client, vault, one.address)] as const,
  );
  return { ...stage, stakesBefore: new Map(await Promise.all(stakes)) };
}

/** All stake of a provider, at a block or now. */
export async function stakeOf(
  client: PublicClient,
  vault: Address,
  provider: Address,
  blockNumber?: bigint,
): Promise<bigint> {
  const account = await client.readContract({
    address: vault,
    abi: stakeVaultAbi,
    functionName: 'accountOf',
    args: [PROVIDER_ROLE, provider],
    ...(blockNumber === undefined ? {} : { blockNumber }),
  });
  return account.tokens;
}

/** How many calls of all kinds a provider's process has taken since its start. */
export async function receivedCalls(stage: Pick<Stage, 'devnet'>, provider: string): Promise<number> {
  const { calls } = await stage.devnet.fleet.switchOf(provider).stats();
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

/** How many calls of users a provider's process has taken since its start. */
export async function userCalls(stage: Stage, provider: string): Promise<number> {
  const { calls } = await stage.devnet.fleet.switchOf(provider).stats();
  return USER_METHODS.reduce((sum, method) => sum + (calls[method] ?? 0), 0);
}

/** @throws {@link DemoFailedError} unless it holds */
export function hold(condition: boolean, failure: string): asserts condition {
  if (!condition) throw new DemoFailedError(failure);
}

/** The story did not go as it must. */
export class DemoFailedError extends DinError {
  readonly code = 'DEMO_FAILED';
}
