import { mkdir } from 'node:fs/promises';
import { type Address, getAddress, type Hex, type PublicClient } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { artifactResolver, ensureArtifacts } from '../../ignition/lib/artifacts.ts';
import type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
import { isDevelopmentChain, requireSoundParameters } from '../../ignition/lib/parameterProblems.ts';
import { createProgressListener } from '../../ignition/lib/progress.ts';
import { createSigningProvider } from '../../ignition/lib/signingProvider.ts';
import { type Check, requireMatch } from '../../ignition/lib/verifyDeployment.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { createSettlementClient } from '../../router/chain/settlementClient.ts';
import { DinError } from '../../router/core/dinError.ts';
import { checkDeployment } from './checkDeployment.ts';
import type { Deployment } from './deployment.ts';
import { type SentTransaction, sentTransactions } from './sentTransactions.ts';

export type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
export type { Deployment } from './deployment.ts';

export interface DeployOptions {
  readonly rpcUrl: string;
  readonly deployerKey: Hex;
  readonly parameters: DeployParameters;
  /** Ignition's journal. The same directory against the same chain resumes; a new chain needs a new one. */
  readonly deploymentDir: string;
  readonly onProgress?: (line: string) => void;
}

/** A deployment and how it was found to be right. */
export interface VerifiedDeployment {
  readonly deployment: Deployment;
  readonly checks: readonly Check[];
  /** Of this run and of those before it that broke off. */
  readonly transactions: readonly SentTransaction[];
}

/** On development chains a block is final for all that anyone cares, and nobody waits for the next one. */
const DEVELOPMENT_CONFIG = { blockPollingInterval: 50, requiredConfirmations: 1, retryInterval: 50 };

/** {@link deployAndVerify} for those who want the addresses only. */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  return (await deployAndVerify(options)).deployment;
}

/**
 * Deploys the contracts with Hardhat Ignition, in this process, sets up governance, and reads everything back from the
 * chain. Resumes what broke off. Compiles only when a contract is newer than its artifact.
 * @throws {@link DeployParametersError} when the parameters contradict each other or are unfit for this chain.
 * @throws {@link DeploymentFailedError} with what failed.
 * @throws {@link DeploymentMismatchError} with all that is on the chain in another way than the parameters say.
 */
export async function deployAndVerify(options: DeployOptions): Promise<VerifiedDeployment> {
  const { rpcUrl, parameters, deploymentDir, onProgress = () => {} } = options;
  const account = privateKeyToAccount(options.deployerKey);
  const deployer = account.address;
  const client = createSettlementClient({ rpcUrls: [rpcUrl] });
  const chainId = await client.getChainId();
  requireSoundParameters({ parameters, chainId, deployer });
  await ensureArtifacts(onProgress);
  // Loaded here because it is slow to load, and whoever only reads a deployment need not wait for it.
  const [{ deploy: runIgnition }, { dinModule }] = await Promise.all([
    import('@nomicfoundation/ignition-core'),
    import('../../ignition/modules/Din.ts'),
  ]);
  await mkdir(deploymentDir, { recursive: true });
  const { profile: _, chainId: __, token, ...others } = parameters;
  const result = await runIgnition({
    config: isDevelopmentChain(chainId) ? DEVELOPMENT_CONFIG : {},
    artifactResolver,
    provider: createSigningProvider(rpcUrl, account, chainId),
    executionEventListener: createProgressListener(onProgress),
    deploymentDir,
    ignitionModule: dinModule({
      mockToken: token === 'mock',
      deployerIsAdmin: getAddress(parameters.admin) === deployer,
    }),
    deploymentParameters: { Din: token === 'mock' ? others : { ...others, token } },
    accounts: [deployer],
    defaultSender: deployer,
  });
  if (result.type !== 'SUCCESSFUL_DEPLOYMENT') throw new DeploymentFailedError(failureOf(result));
  const at = (id: string) => addressOf(result.contracts, id);
  const vault = at('Din#StakeVault');
  const deployment: Deployment = {
    chainId,
    token: token === 'mock' ? at('Din#MockToken') : getAddress(token),
    accessManager: at('Din#AccessManager'),
    vault,
    registry: at('Din#ProviderRegistry'),
    hub: at('Din#WatcherHub'),
    court: at('Din#SlashingCourt'),
    escrow: at('Din#PaymentEscrow'),
    deploymentBlock: await readDeploymentBlock(client, vault, deploymentDir),
  };
  const transactions = await sentTransactions(client, deploymentDir);
  onProgress('reading everything back from the chain');
  const checks = await checkDeployment({
    client,
    deployment,
    parameters,
    deployer,
    fromBlock: transactions[0]?.blockNumber ?? BigInt(deployment.deploymentBlock),
  });
  requireMatch(checks);
  return { deployment, checks, transactions };
}

type Failure = Exclude<
  Awaited<ReturnType<typeof import('@nomicfoundation/ignition-core')['deploy']>>,
  { contracts: unknown }
>;

function failureOf(result: Failure): string {
  if ('errors' in result) {
    return Object.entries(result.errors)
      .map(([future, errors]) => `${future}: ${errors.join(', ')}`)
      .join('; ');
  }
  const failed = result.failed.map(({ futureId, error }) => `${futureId}: ${error}`);
  const timedOut = result.timedOut.map(({ futureId }) => `${futureId}: timed out; run again to resume`);
  return [...failed, ...timedOut].join('; ');
}

function addressOf(contracts: Readonly<Record<string, { address: string }>>, id: string): Address {
  const found = contracts[id];
  if (!found) throw new DeploymentFailedError(`${id} is not in Ignition's result`);
  return getAddress(found.address);
}

/** Also shows that the journal belongs to this chain: a restarted development chain knows no vault. */
async function readDeploymentBlock(
  client: PublicClient,
  vault: Address,
  deploymentDir: string,
): Promise<number> {
  try {
    return Number(
      await client.readContract({ address: vault, abi: stakeVaultAbi, functionName: 'deploymentBlock' }),
    );
  } catch (cause) {
    throw new DeploymentFailedError(
      `there is no vault at ${vault}: ${deploymentDir} belongs to another chain; remove it and run again`,
      { cause },
    );
  }
}

export class DeploymentFailedError extends DinError {
  readonly code = 'DEPLOYMENT_FAILED';
  constructor(details: string, options?: { cause?: unknown }) {
    super(`the deployment failed: ${details}`, options);
  }
}
