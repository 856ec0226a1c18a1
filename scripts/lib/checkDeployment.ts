import type { Address, PublicClient } from 'viem';
import { ensureArtifacts } from '../../ignition/lib/artifacts.ts';
import type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
import { type Check, verifyDeployment } from '../../ignition/lib/verifyDeployment.ts';
import type { Deployment } from './deployment.ts';
import { sinceBlock } from './events.ts';

export interface CheckOptions {
  readonly client: PublicClient;
  readonly deployment: Deployment;
  readonly parameters: DeployParameters;
  readonly deployer?: Address;
  /** Block in which the access manager was created, or an earlier one. */
  readonly fromBlock: bigint;
}

/** Reads a deployment back from the chain; endpoint errors as they are. */
export async function checkDeployment(options: CheckOptions): Promise<Check[]> {
  const { client, deployment, parameters, deployer, fromBlock } = options;
  await ensureArtifacts(() => {});
  const address = deployment.accessManager;
  const roleLogs = await sinceBlock(client, fromBlock, (range) => client.getLogs({ address, ...range }));
  return await verifyDeployment({
    client,
    addresses: deployment,
    parameters,
    ...(deployer && { deployer }),
    roleLogs,
  });
}
