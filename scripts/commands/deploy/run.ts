import { formatEther, type PublicClient } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { hasBlockHistory, requireFitChain } from '../../../ignition/lib/chainFitness.ts';
import { type DeployParameters, readDeployParameters } from '../../../ignition/lib/deployParameters.ts';
import { parameterOverrides } from '../../../ignition/lib/parameterOverrides.ts';
import { requireSoundParameters } from '../../../ignition/lib/parameterProblems.ts';
import { GasFundsError } from '../../../router/chain/sendError.ts';
import { createSettlementClient } from '../../../router/chain/settlementClient.ts';
import { loadPrivateKey } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { type DeployOptions as DeployArguments, deployAndVerify } from '../../lib/deploy.ts';
import { writeDeployment } from '../../lib/deployment.ts';
import { deploymentPath, journalPath, parameterFile, requireNoOther } from '../../lib/deployPaths.ts';
import { addressLines, checkLines, gasLines, parameterLines, totalOf } from '../../lib/deployReport.ts';
import type { Replaceable } from '../../lib/deploySuccessor.ts';
import { createOutput, type Output } from '../../lib/output.ts';
import { rehearse } from '../../lib/rehearse.ts';
import { rpcUrlsOf } from '../../lib/session.ts';
import { UsageError } from '../../lib/usageError.ts';
import { succeed } from './succeed.ts';
import { verify } from './verify.ts';

export interface DeployOptions {
  readonly rpc?: readonly string[];
  readonly network?: string;
  readonly parameters?: string;
  readonly set?: readonly string[];
  readonly out?: string;
  readonly deploymentDir?: string;
  readonly keystore?: string;
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly successor?: Replaceable;
  readonly json?: boolean;
}

/** `din deploy` */
export async function run(options: DeployOptions, io: CliIo): Promise<void> {
  const [rpcUrl] = rpcUrlsOf(options, io);
  if (rpcUrl === undefined) throw new UsageError('An empty --rpc names no settlement chain');
  const parameters = await readParameters(options, io);
  const output = createOutput(io, options.json === true);
  const client = createSettlementClient({ rpcUrls: [rpcUrl] });
  const chainId = await client.getChainId();
  const out = options.out ?? deploymentPath(chainId);
  const deploymentDir = options.deploymentDir ?? journalPath(out);
  const plan = { client, chainId, parameters, out, deploymentDir, output };
  if (options.verify) return await verify(plan);

  const deployerKey = await loadPrivateKey(options.keystore, io);
  const deployer = privateKeyToAddress(deployerKey);
  const balance = await client.getBalance({ address: deployer });
  if (balance === 0n) throw new GasFundsError(deployer, undefined);
  requireSoundParameters({ parameters, chainId, deployer });
  await requireFitChain(client);
  const onProgress = (line: string) => output.progress(line);
  const given = { rpcUrl, deployerKey, parameters, deploymentDir, onProgress };
  if (options.successor) {
    // A journal of its own, unless one is named: each successor is a new deployment.
    const journal = options.deploymentDir ?? `${journalPath(out)}.${options.successor}`;
    return await succeed(options.successor, { ...plan, ...given, deploymentDir: journal });
  }
  await requireNoOther(out, deploymentDir);
  if (options.dryRun) return await dryRun({ ...given, chainId }, { client, balance, out, output });

  const { deployment, checks, transactions } = await deployAndVerify(given);
  await writeDeployment(out, deployment);
  output.result({ dryRun: false, deployer, ...deployment, file: out, checks, ...totalOf(transactions) }, [
    ...checkLines(checks),
    ...gasLines(transactions),
    ...addressLines(deployment),
    `written to ${out}`,
  ]);
}

async function readParameters(options: DeployOptions, io: CliIo): Promise<DeployParameters> {
  const overrides = parameterOverrides(io.env, options.set ?? []);
  if (options.parameters !== undefined) return await readDeployParameters(options.parameters, overrides);
  if (options.network === undefined) {
    throw new UsageError('Which parameters? Give --network <name> or --parameters <file>');
  }
  return await readDeployParameters(await parameterFile(options.network), overrides);
}

async function dryRun(
  given: DeployArguments & { readonly chainId: number },
  { client, balance, out, output }: { client: PublicClient; balance: bigint; out: string; output: Output },
): Promise<void> {
  const { chainId, parameters } = given;
  const deployer = privateKeyToAddress(given.deployerKey);
  output.progress(`rehearsing on a fork of chain ${chainId}`);
  const [{ deployment, checks, transactions }, history] = await Promise.all([
    rehearse(given),
    hasBlockHistory(client),
  ]);
  const total = totalOf(transactions);
  const warnings: string[] = [];
  if (balance < total.cost) {
    warnings.push(
      `${deployer} has ${formatEther(balance)}, less than the ${formatEther(total.cost)} it costs`,
    );
  }
  if (!history)
    warnings.push('the chain keeps no block hashes (EIP-2935): proveBlockHash will prove nothing');
  const plan = { dryRun: true, chainId, deployer, balance, parameters, addresses: deployment };
  output.result({ ...plan, file: out, checks, ...total, warnings }, [
    `would deploy on chain ${chainId} from ${deployer} (${formatEther(balance)} of the chain's coin)`,
    ...parameterLines(parameters),
    ...checkLines(checks),
    ...gasLines(transactions),
    ...addressLines(deployment),
    ...warnings.map((warning) => `warning: ${warning}`),
    `would be written to ${out}`,
    'dry run: nothing was sent',
  ]);
}
