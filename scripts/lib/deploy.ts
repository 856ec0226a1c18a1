import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Address, createPublicClient, getAddress, type Hex, http, isAddressEqual } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { artifactResolver, ensureArtifacts } from '../../ignition/lib/artifacts.ts';
import { type DeployParameters, DeployParametersError } from '../../ignition/lib/deployParameters.ts';
import { createProgressListener } from '../../ignition/lib/progress.ts';
import { createSigningProvider } from '../../ignition/lib/signingProvider.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { DinError } from '../../router/core/dinError.ts';

export type { DeployParameters } from '../../ignition/lib/deployParameters.ts';

const deploymentSchema = z.object({
  chainId: z.int().positive(),
  token: z.custom<Address>(),
  accessManager: z.custom<Address>(),
  vault: z.custom<Address>(),
  registry: z.custom<Address>(),
  hub: z.custom<Address>(),
  court: z.custom<Address>(),
  /** No event of the deployment is older. */
  deploymentBlock: z.int().min(0),
});

/** What was deployed where; the file that gateway, watcher and scripts read. */
export type Deployment = z.infer<typeof deploymentSchema>;

export interface DeployOptions {
  readonly rpcUrl: string;
  readonly deployerKey: Hex;
  readonly parameters: DeployParameters;
  /** Ignition's journal. The same directory against the same chain resumes; a new chain needs a new one. */
  readonly deploymentDir: string;
  readonly onProgress?: (line: string) => void;
}

/** On these, a block is final for all that anyone cares, and nobody waits for the next one. */
const DEVELOPMENT_CHAIN_IDS = [1337, 31337];
const DEVELOPMENT_CONFIG = { blockPollingInterval: 50, requiredConfirmations: 1, retryInterval: 50 };

/**
 * Deploys the contracts with Hardhat Ignition, in this process, and sets up governance. Resumes what broke off.
 * Compiles only when a contract is newer than its artifact.
 * @throws {@link DeployParametersError} when the parameters contradict each other.
 * @throws {@link DeploymentFailedError} with what failed.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { rpcUrl, parameters, deploymentDir, onProgress = () => {} } = options;
  const account = privateKeyToAccount(options.deployerKey);
  const deployerIsAdmin = isAddressEqual(account.address, parameters.admin);
  if (deployerIsAdmin && parameters.governorDelaySeconds > 0) {
    throw new DeployParametersError(
      'admin must be another account than the deployer when the governor has a delay: a key that has been used without delay keeps that power',
    );
  }
  await ensureArtifacts(onProgress);
  // Loaded here because it is slow to load, and whoever only reads a deployment need not wait for it.
  const [{ deploy: runIgnition }, { dinModule }] = await Promise.all([
    import('@nomicfoundation/ignition-core'),
    import('../../ignition/modules/Din.ts'),
  ]);
  const client = createPublicClient({ transport: http(rpcUrl) });
  const chainId = await client.getChainId();
  await mkdir(deploymentDir, { recursive: true });
  const { token, ...others } = parameters;
  const result = await runIgnition({
    config: DEVELOPMENT_CHAIN_IDS.includes(chainId) ? DEVELOPMENT_CONFIG : {},
    artifactResolver,
    provider: createSigningProvider(rpcUrl, account, chainId),
    executionEventListener: createProgressListener(onProgress),
    deploymentDir,
    ignitionModule: dinModule({ mockToken: token === 'mock', deployerIsAdmin }),
    deploymentParameters: { Din: token === 'mock' ? others : { ...others, token } },
    accounts: [account.address],
    defaultSender: account.address,
  });
  if (result.type !== 'SUCCESSFUL_DEPLOYMENT') throw new DeploymentFailedError(failureOf(result));
  const at = (id: string) => addressOf(result.contracts, id);
  const vault = at('Din#StakeVault');
  return {
    chainId,
    token: token === 'mock' ? at('Din#MockToken') : getAddress(token),
    accessManager: at('Din#AccessManager'),
    vault,
    registry: at('Din#ProviderRegistry'),
    hub: at('Din#WatcherHub'),
    court: at('Din#SlashingCourt'),
    deploymentBlock: await readDeploymentBlock(client, vault, deploymentDir),
  };
}

/** @throws {@link DeploymentFailedError} when the file is none that {@link writeDeployment} wrote. */
export async function readDeployment(path: string): Promise<Deployment> {
  const parsed = deploymentSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new DeploymentFailedError(`${path} is no deployment file`);
  return parsed.data;
}

export async function writeDeployment(path: string, deployment: Deployment): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(deployment, null, 2)}\n`);
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
  client: ReturnType<typeof createPublicClient>,
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
