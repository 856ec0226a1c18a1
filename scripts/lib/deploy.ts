import { type Address, getAddress, type Hex, type PublicClient } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
import { requireSoundParameters } from '../../ignition/lib/parameterProblems.ts';
import { type Check, requireMatch } from '../../ignition/lib/verifyDeployment.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { createSettlementClient } from '../../router/chain/settlementClient.ts';
import { checkDeployment } from './checkDeployment.ts';
import type { Deployment } from './deployment.ts';
import { DeploymentFailedError, type IgnitionRun, runIgnition } from './runIgnition.ts';
import { type SentTransaction, sentTransactions } from './sentTransactions.ts';

export type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
export type { Deployment } from './deployment.ts';

export interface DeployOptions extends Pick<IgnitionRun, 'rpcUrl' | 'deploymentDir'> {
  readonly deployerKey: Hex;
  readonly parameters: DeployParameters;
  readonly onProgress?: (line: string) => void;
}

/** A deployment and how it was found to be right. */
export interface VerifiedDeployment {
  readonly deployment: Deployment;
  readonly checks: readonly Check[];
  /** Of this run and of those before it that broke off. */
  readonly transactions: readonly SentTransaction[];
}

/** {@link deployAndVerify} for those who want the addresses only. */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  return (await deployAndVerify(options)).deployment;
}

/**
 * Deploys the contracts with Hardhat Ignition, in this process, sets up governance, and reads everything back from the
 * chain. Resumes what broke off. Compiles only when a contract is newer than its artifact.
 * @throws `DeployParametersError` when the parameters contradict each other or are unfit for this chain.
 * @throws {@link DeploymentFailedError} with what failed.
 * @throws `DeploymentMismatchError` with all that is on the chain in another way than the parameters say.
 */
export async function deployAndVerify(options: DeployOptions): Promise<VerifiedDeployment> {
  const { rpcUrl, parameters, deploymentDir, deployerKey, onProgress = () => {} } = options;
  const deployer = privateKeyToAddress(deployerKey);
  const client = createSettlementClient({ rpcUrls: [rpcUrl] });
  const chainId = await client.getChainId();
  requireSoundParameters({ parameters, chainId, deployer });
  const { profile: _, chainId: __, token, ...others } = parameters;
  const mockToken = token === 'mock';
  const at = await runIgnition(
    { rpcUrl, chainId, deployerKey, deploymentDir, onProgress },
    async () => {
      const { dinModule } = await import('../../ignition/modules/Din.ts');
      return dinModule({ mockToken, deployerIsAdmin: getAddress(parameters.admin) === deployer });
    },
    { Din: mockToken ? others : { ...others, token } },
  );
  const vault = at('Din#StakeVault');
  const deployment: Deployment = {
    chainId,
    token: mockToken ? at('Din#MockToken') : getAddress(token),
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
