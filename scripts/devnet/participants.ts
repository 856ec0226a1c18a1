import { parseAbi } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createSettlementClient } from '../../router/chain/settlementClient.ts';
import { createTransactor } from '../../router/chain/transact.ts';
import type { Deployment } from '../lib/deploy.ts';
import type { DevAccount } from './devAccounts.ts';
import type { ProviderState, WatcherState } from './devnetState.ts';
import { type CommandContext, runCommand } from './runCommand.ts';

const TOKEN = 10n ** 18n;
/** What each participant gets; more than the least stake, so that a slash does not end the story. */
const MINTED = 10_000n * TOKEN;
export const PROVIDER_STAKE = '5000';
/** A token for each report: days of an epoch of 10 s with three watchers. */
const REWARD_POOL = '10000';

const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);

/** Gives every address tokens of the development token. */
export async function mintTokens(
  rpcUrl: string,
  deployment: Deployment,
  minter: DevAccount,
  receivers: readonly DevAccount[],
): Promise<void> {
  const client = createSettlementClient({ rpcUrls: [rpcUrl] });
  const transactor = createTransactor({ client, account: privateKeyToAccount(minter.privateKey) });
  await Promise.all(
    receivers.map(({ address }) =>
      transactor.simulateAndSend({
        address: deployment.token,
        abi: mintAbi,
        functionName: 'mint',
        args: [address, MINTED],
      }),
    ),
  );
}

/** Fills the pool that watchers' rewards come from: by a fund's own key, as anyone could. */
export async function fundRewards(context: CommandContext, fund: DevAccount): Promise<void> {
  await runCommand(['watcher', 'fund-rewards', '--amount', REWARD_POOL], fund.privateKey, context);
}

/** Governor: opens the served network with the SLA of the development deployment. */
export async function openNetwork(
  context: CommandContext,
  governor: DevAccount,
  network: { readonly caip2: string; readonly slug: string },
): Promise<void> {
  const sla = ['--min-availability-bps', '9000', '--max-latency-ms', '2000', '--max-block-lag', '10'];
  const argv = ['network', 'add', '--id', network.caip2, '--slug', network.slug, '--min-stake', '1000'];
  await runCommand([...argv, ...sla, '--min-samples', '3'], governor.privateKey, context);
}

/** A provider's way into the network, by the commands that it would type. */
export async function enlistProvider(
  context: CommandContext,
  provider: ProviderState,
  slug: string,
): Promise<void> {
  const run = (...argv: string[]) => runCommand(['provider', ...argv], provider.privateKey, context);
  await run('register', '--metadata', JSON.stringify({ name: provider.name }));
  await run('stake', '--amount', PROVIDER_STAKE);
  await run('add-service', '--network', slug, '--url', provider.url);
}

/** Lets the watchers in, one after the other (one governor, one nonce), and has them join. */
export async function enlistWatchers(
  context: CommandContext,
  governor: DevAccount,
  watchers: readonly WatcherState[],
): Promise<void> {
  for (const { address } of watchers) {
    await runCommand(['watcher', 'admit', address], governor.privateKey, context);
  }
  await Promise.all(watchers.map(({ privateKey }) => runCommand(['watcher', 'join'], privateKey, context)));
}
