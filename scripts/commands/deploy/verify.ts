import type { PublicClient } from 'viem';
import type { DeployParameters } from '../../../ignition/lib/deployParameters.ts';
import { requireMatch } from '../../../ignition/lib/verifyDeployment.ts';
import { checkDeployment } from '../../lib/checkDeployment.ts';
import { readDeployment } from '../../lib/deployment.ts';
import { hasJournal } from '../../lib/deployPaths.ts';
import { addressLines, checkLines } from '../../lib/deployReport.ts';
import type { Output } from '../../lib/output.ts';
import { sentTransactions } from '../../lib/sentTransactions.ts';
import { WrongChainError } from '../../lib/session.ts';

// Blocks before the vault's in which its access manager surely was created, when no journal says it: hours.
const LOOK_BACK = 10_000n;

/** `din deploy --verify`: needs no key. */
export async function verify(given: {
  readonly client: PublicClient;
  readonly chainId: number;
  readonly parameters: DeployParameters;
  readonly out: string;
  readonly deploymentDir: string;
  readonly output: Output;
}): Promise<void> {
  const { client, chainId, parameters, out, deploymentDir, output } = given;
  const deployment = await readDeployment(out);
  if (deployment.chainId !== chainId) throw new WrongChainError(chainId, deployment.chainId);
  const sent = (await hasJournal(deploymentDir)) ? await sentTransactions(client, deploymentDir) : [];
  const earliest = BigInt(deployment.deploymentBlock) - LOOK_BACK;
  const fromBlock = sent[0]?.blockNumber ?? (earliest > 0n ? earliest : 0n);
  const checks = await checkDeployment({ client, deployment, parameters, fromBlock });
  requireMatch(checks);
  output.result({ ...deployment, file: out, checks }, [...checkLines(checks), ...addressLines(deployment)]);
}
