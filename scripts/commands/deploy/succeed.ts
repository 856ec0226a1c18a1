import type { Hex } from 'viem';
import type { DeployParameters } from '../../../ignition/lib/deployParameters.ts';
import { readDeployment, writeDeployment } from '../../lib/deployment.ts';
import { addressLines } from '../../lib/deployReport.ts';
import { deploySuccessor, type Replaceable } from '../../lib/deploySuccessor.ts';
import type { Output } from '../../lib/output.ts';
import { WrongChainError } from '../../lib/session.ts';

/** `din deploy --successor`: the addresses go to a file beside --out, which stays true until the change. */
export async function succeed(
  part: Replaceable,
  given: {
    readonly rpcUrl: string;
    readonly chainId: number;
    readonly deployerKey: Hex;
    readonly parameters: DeployParameters;
    readonly out: string;
    readonly deploymentDir: string;
    readonly onProgress: (line: string) => void;
    readonly output: Output;
  },
): Promise<void> {
  const { chainId, out, output } = given;
  const present = await readDeployment(out);
  if (present.chainId !== chainId) throw new WrongChainError(chainId, present.chainId);
  const { deployment, calls } = await deploySuccessor(part, { ...given, deployment: present });
  const file = `${out.replace(/\.json$/, '')}.next-${part}.json`;
  await writeDeployment(file, deployment);
  output.result({ ...deployment, file, calls }, [
    ...addressLines(deployment),
    'governance schedules and executes, each through AccessManager:',
    ...calls.flatMap(({ by, what, target, data }) => [
      `${by}: ${what}`,
      `  target ${target}`,
      `  data   ${data}`,
    ]),
    part === 'court'
      ? 'then anyone, after the delay: StakeVault.applyCourt and ProviderRegistry.applyCourt'
      : 'then anyone, after the delay: ProviderRegistry.applyEscrow',
    `written to ${file}`,
  ]);
}
