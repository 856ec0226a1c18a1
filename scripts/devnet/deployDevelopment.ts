import { fileURLToPath } from 'node:url';
import { readDeployParameters } from '../../ignition/lib/deployParameters.ts';
import { type Deployment, deploy } from '../lib/deploy.ts';
import { rpc } from './anvilProcess.ts';
import type { DevAccount } from './devAccounts.ts';

const PARAMETERS = fileURLToPath(new URL('../../ignition/parameters/devnet.json', import.meta.url));

/** Deploys all contracts and the mock token with the development parameters; epoch 0 starts now. */
export async function deployDevelopment(
  rpcUrl: string,
  people: { readonly governor: DevAccount; readonly guardian: DevAccount; readonly treasury: DevAccount },
  deploymentDir: string,
  onProgress: (line: string) => void,
): Promise<Deployment> {
  const block = (await rpc(rpcUrl, 'eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
  const parameters = await readDeployParameters(PARAMETERS, {
    admin: people.governor.address,
    governor: people.governor.address,
    guardian: people.guardian.address,
    treasury: people.treasury.address,
    genesis: Number(block.timestamp),
  });
  return await deploy({
    rpcUrl,
    deployerKey: people.governor.privateKey,
    parameters,
    deploymentDir,
    onProgress,
  });
}
