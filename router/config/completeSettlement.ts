import { resolve } from 'node:path';
import { readDeployment } from './deployment.ts';
import type { SettlementConfig, WrittenSettlement } from './settlement.ts';

/**
 * Looks up what is written as a reference to something else.
 * @param directory where relative paths begin
 * @throws `DeploymentUnusableError`
 */
export async function completeSettlement(
  written: WrittenSettlement,
  directory: string,
): Promise<SettlementConfig> {
  const { deployment, checkpoint, ...rest } = written;
  const named = deployment === undefined ? rest : await readDeployment(resolve(directory, deployment));
  const { chainId, registry } = named;
  if (chainId === undefined || registry === undefined) throw new TypeError('the settlement was not checked');
  return {
    ...rest,
    chainId,
    registry,
    ...(checkpoint !== undefined && { checkpoint: checkpoint && resolve(directory, checkpoint) }),
  };
}
