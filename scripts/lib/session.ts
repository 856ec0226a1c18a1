import { erc20Abi, type LocalAccount, type PublicClient } from 'viem';
import { discoverRegistry, type RegistryContracts } from '../../router/chain/contracts.ts';
import { createSettlementClient } from '../../router/chain/settlementClient.ts';
import { createTransactor, type Transactor } from '../../router/chain/transact.ts';
import { DinError } from '../../router/core/dinError.ts';
import { loadAccount } from './account.ts';
import { addressOf } from './address.ts';
import type { TokenUnit } from './amount.ts';
import type { CliIo } from './cliIo.ts';
import { readDeploymentFile } from './deploymentFile.ts';
import type { ChainOptions, SigningOptions } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { safeText } from './safeText.ts';
import { UsageError } from './usageError.ts';

/** One command's connection to a deployment. */
export interface Session {
  readonly io: CliIo;
  readonly output: Output;
  readonly rpcUrls: readonly string[];
  readonly client: PublicClient;
  readonly contracts: RegistryContracts;
  readonly token: TokenUnit;
}

export interface SigningSession extends Session {
  readonly account: LocalAccount;
  readonly transactor: Transactor;
  readonly dryRun: boolean;
  /** False: the checks before sending are left to the contracts. */
  readonly check: boolean;
  /** What was checked and found right, in order. */
  readonly checks: string[];
}

/**
 * Connects and finds the contracts.
 * @throws {@link UsageError}, {@link WrongChainError}, `NotARegistryError`; endpoint errors as they are.
 */
export async function openSession(options: ChainOptions, io: CliIo): Promise<Session> {
  const rpcUrls = rpcUrlsOf(options, io);
  const deployment = options.deployment ? await readDeploymentFile(options.deployment) : undefined;
  const text = deployment?.registry ?? options.registry ?? io.env.DIN_REGISTRY;
  if (text === undefined)
    throw new UsageError('Which deployment? Give --registry <address>, --deployment <file> or DIN_REGISTRY');
  const registry = addressOf(text, 'The registry');
  const client = createSettlementClient({ rpcUrls });
  if (deployment !== undefined) {
    const chainId = await client.getChainId();
    if (chainId !== deployment.chainId) throw new WrongChainError(chainId, deployment.chainId);
  }
  const contracts = await discoverRegistry(client, registry);
  const at = { address: contracts.token, abi: erc20Abi } as const;
  const [symbol, decimals] = await Promise.all([
    client.readContract({ ...at, functionName: 'symbol' }),
    client.readContract({ ...at, functionName: 'decimals' }),
  ]);
  const output = createOutput(io, options.json === true);
  return { io, output, rpcUrls, client, contracts, token: { symbol: safeText(symbol, 16), decimals } };
}

/** {@link openSession} with the key that sends. The key is asked for first: a missing one costs no request. */
export async function openSigningSession(options: SigningOptions, io: CliIo): Promise<SigningSession> {
  const account = await loadAccount(options.keystore, io);
  const session = await openSession(options, io);
  const transactor = createTransactor({ client: session.client, account });
  return {
    ...session,
    account,
    transactor,
    dryRun: options.dryRun === true,
    check: options.check,
    checks: [],
  };
}

/** @throws {@link UsageError} when no endpoint is named. */
export function rpcUrlsOf(options: Pick<ChainOptions, 'rpc'>, io: CliIo): readonly string[] {
  const fromEnvironment = io.env.DIN_RPC_URL;
  const urls = options.rpc ?? (fromEnvironment ? [fromEnvironment] : []);
  if (urls.length === 0) throw new UsageError('Which settlement chain? Give --rpc <url> or set DIN_RPC_URL');
  return urls;
}

/** The newest block's time, in seconds since 1970: what the contracts compare with. */
export async function chainTime(client: PublicClient): Promise<number> {
  return Number((await client.getBlock()).timestamp);
}

export class WrongChainError extends DinError {
  readonly code = 'WRONG_CHAIN';
  constructor(actual: number, expected: number) {
    super(`The RPC endpoint is of chain ${actual}, the deployment is on chain ${expected}`);
  }
}
