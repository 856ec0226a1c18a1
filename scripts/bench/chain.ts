import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, encodeFunctionData, maxUint256, parseEther } from 'viem';
import { readDeployParameters } from '../../ignition/lib/deployParameters.ts';
import { mockTokenAbi } from '../../router/chain/abi/mockToken.ts';
import { createRandom } from '../../test/fixtures/contracts/random.ts';
import { DEV_ROLES, devAccount } from '../devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../lib/anvil.ts';
import { deploy } from '../lib/deploy.ts';
import { actionCall, type Cast } from './actionCall.ts';
import { type PlannedBlock, planHistory, providersFor } from './history.ts';
import { ChainNotBuiltError, createPlayer, type Player } from './player.ts';

export const CHAIN_ID = 31337;
const SEED = 4;
// The chain's own time, so that the seed makes the same chain whenever it is made.
const GENESIS_SECONDS = 1_750_000_000;
const BLOCK_SECONDS = 2;
const PROGRESS_EVENTS = 10_000;
const PARAMETERS = join(import.meta.dirname, '../../ignition/parameters/devnet.json');

export interface PlayedChain {
  readonly url: string;
  readonly registry: Address;
  /** That bear on the provider set. */
  readonly events: number;
  readonly blocks: number;
  readonly blocksWithEvents: number;
  readonly buildMs: number;
  stop(): Promise<void>;
}

export interface BenchChain extends PlayedChain {
  readonly providers: number;
}

export interface ChainPlan {
  readonly blocks: Iterable<PlannedBlock>;
  /** How many events that makes, for the reader of the progress. */
  readonly events: number;
  readonly endpointOf: Cast['endpointOf'];
  onProgress(line: string): void;
}

/** A real chain with a history as a network has it. */
export async function buildChain(events: number, onProgress: (line: string) => void): Promise<BenchChain> {
  const blocks = planHistory({ events, random: createRandom(SEED) });
  // Nobody asks them.
  const endpointOf: Cast['endpointOf'] = (provider, network) =>
    `https://rpc-${provider}.nodes-example.org/${network}`;
  const chain = await playChain({ blocks, events, endpointOf, onProgress });
  return { ...chain, providers: providersFor(events) };
}

/**
 * A real chain whose contracts have said what is planned, each action in a transaction of its own.
 *
 * The node is a fork of an empty one: anvil hashes its whole state with every block, which takes hours with thousands of
 * providers, except in a fork. The empty one has the first block alone, and everything asked later is above it.
 */
export async function playChain(plan: ChainPlan): Promise<PlayedChain> {
  const { events, endpointOf, onProgress } = plan;
  const begun = performance.now();
  const nodes: Anvil[] = [];
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    const empty = await startAnvil({
      chainId: CHAIN_ID,
      flags: ['--timestamp', String(GENESIS_SECONDS)],
    });
    nodes.push(empty);
    const node = await startAnvil({ chainId: CHAIN_ID, flags: forkFlags(empty.url) });
    nodes.push(node);
    const player = createPlayer(node.url);
    const cast = { ...(await setStage(node.url, player)), endpointOf };
    let { number: blocks, time } = await newestBlock(player);
    let done = 0;
    let blocksWithEvents = 0;
    for (const { actions, emptyAfter } of plan.blocks) {
      await player.send(actions.map((action) => actionCall(action, cast, time)));
      await player.mine(1 + emptyAfter);
      blocks += 1 + emptyAfter;
      time += (1 + emptyAfter) * BLOCK_SECONDS;
      blocksWithEvents += 1;
      const before = done;
      done += actions.length;
      if (Math.floor(done / PROGRESS_EVENTS) > Math.floor(before / PROGRESS_EVENTS))
        onProgress(`chain: ${done} of ${events} events, ${blocks} blocks`);
    }
    const { number } = await newestBlock(player);
    if (number !== blocks) throw new ChainNotBuiltError(`it has ${number} blocks instead of ${blocks}`);
    return {
      ...{ url: node.url, registry: cast.deployment.registry, stop },
      ...{ events: done, blocks, blocksWithEvents },
      buildMs: performance.now() - begun,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function forkFlags(url: string): string[] {
  return [
    ...['--fork-url', url, '--no-storage-caching', '--no-rate-limit'],
    // Providers need no gas and no key. States of the past would be kept whole, for nobody.
    ...['--auto-impersonate', '--gas-price', '0', '--block-base-fee-per-gas', '0', '--prune-history'],
    ...['--order', 'fifo'],
  ];
}

/** The contracts, and a governor with more tokens than all stakes. From here on blocks come when they are asked for. */
async function setStage(rpcUrl: string, player: Player): Promise<Omit<Cast, 'endpointOf'>> {
  const { address: governor, privateKey: deployerKey } = devAccount(DEV_ROLES.governor);
  const deploymentDir = await mkdtemp(join(tmpdir(), 'din-bench-deployment-'));
  try {
    const parameters = await readDeployParameters(PARAMETERS);
    const deployment = await deploy({ rpcUrl, deployerKey, parameters, deploymentDir });
    await player.rpc('evm_setAutomine', false);
    await player.rpc('anvil_setBlockTimestampInterval', BLOCK_SECONDS);
    const ofToken = (data: `0x${string}`) => ({ from: governor, to: deployment.token, data });
    const tokens = [governor, parseEther('1000000000')] as const;
    const allowance = [deployment.vault, maxUint256] as const;
    await player.send([
      ofToken(encodeFunctionData({ abi: mockTokenAbi, functionName: 'mint', args: tokens })),
      ofToken(encodeFunctionData({ abi: mockTokenAbi, functionName: 'approve', args: allowance })),
    ]);
    await player.mine(1);
    return { deployment, governor };
  } finally {
    await rm(deploymentDir, { recursive: true, force: true });
  }
}

async function newestBlock(player: Player): Promise<{ number: number; time: number }> {
  const block = await player.rpc('eth_getBlockByNumber', 'latest', false);
  const { number, timestamp } = block as { number: string; timestamp: string };
  return { number: Number(number), time: Number(timestamp) };
}
