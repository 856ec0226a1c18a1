import { mkdir } from 'node:fs/promises';
import type {
  DeploymentParameters,
  IgnitionModule,
  IgnitionModuleResult,
} from '@nomicfoundation/ignition-core';
import { type Address, getAddress, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { artifactResolver, ensureArtifacts } from '../../ignition/lib/artifacts.ts';
import { isDevelopmentChain } from '../../ignition/lib/parameterProblems.ts';
import { createProgressListener } from '../../ignition/lib/progress.ts';
import { createSigningProvider } from '../../ignition/lib/signingProvider.ts';
import { DinError } from '../../router/core/dinError.ts';
import { recoverSent, signedOf } from './recoverSent.ts';

export interface IgnitionRun {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly deployerKey: Hex;
  /** Ignition's journal. The same directory against the same chain resumes; a new chain needs a new one. */
  readonly deploymentDir: string;
  readonly onProgress: (line: string) => void;
}

type Module = IgnitionModule<string, string, IgnitionModuleResult<string>>;

/** On development chains a block is final for all that anyone cares, and nobody waits for the next one. */
const DEVELOPMENT_CONFIG = { blockPollingInterval: 50, requiredConfirmations: 1, retryInterval: 50 };

/**
 * Carries out a module, in this process; resumes what broke off. Compiles when a contract is newer than its artifact.
 * @returns The addresses, by what the module calls them.
 * @throws {@link DeploymentFailedError} with what failed.
 */
export async function runIgnition(
  run: IgnitionRun,
  loadModule: () => Promise<Module>,
  parameters: DeploymentParameters,
): Promise<(contractId: string) => Address> {
  const { rpcUrl, chainId, deploymentDir, onProgress } = run;
  const account = privateKeyToAccount(run.deployerKey);
  await ensureArtifacts(onProgress);
  // Loaded here because it is slow to load, and whoever only reads a deployment need not wait for it.
  const [{ deploy }, ignitionModule] = await Promise.all([
    import('@nomicfoundation/ignition-core'),
    loadModule(),
  ]);
  await mkdir(deploymentDir, { recursive: true });
  const { note } = signedOf(deploymentDir);
  const provider = createSigningProvider(rpcUrl, account, chainId, note);
  await recoverSent(deploymentDir, provider);
  const result = await deploy({
    config: isDevelopmentChain(chainId) ? DEVELOPMENT_CONFIG : {},
    artifactResolver,
    provider,
    executionEventListener: createProgressListener(onProgress),
    deploymentDir,
    ignitionModule,
    deploymentParameters: parameters,
    accounts: [account.address],
    defaultSender: account.address,
  });
  if (result.type !== 'SUCCESSFUL_DEPLOYMENT') throw new DeploymentFailedError(failureOf(result));
  const contracts: Readonly<Record<string, { address: string }>> = result.contracts;
  return (contractId) => {
    const found = contracts[contractId];
    if (!found) throw new DeploymentFailedError(`${contractId} is not in Ignition's result`);
    return getAddress(found.address);
  };
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

export class DeploymentFailedError extends DinError {
  readonly code = 'DEPLOYMENT_FAILED';
  constructor(details: string, options?: { cause?: unknown }) {
    super(`the deployment failed: ${details}`, options);
  }
}
