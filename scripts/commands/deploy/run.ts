import { formatEther } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { readDeployParameters } from '../../../ignition/lib/deployParameters.ts';
import { createSettlementClient } from '../../../router/chain/settlementClient.ts';
import { GasFundsError } from '../../../router/chain/transact.ts';
import { loadPrivateKey } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { deploy, writeDeployment } from '../../lib/deploy.ts';
import { createOutput, toJson } from '../../lib/output.ts';
import { rpcUrlsOf } from '../../lib/session.ts';
import { table } from '../../lib/table.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface DeployOptions {
  readonly rpc?: readonly string[];
  readonly parameters: string;
  readonly out: string;
  readonly deploymentDir?: string;
  readonly keystore?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `din deploy` */
export async function run(options: DeployOptions, io: CliIo): Promise<void> {
  const [rpcUrl] = rpcUrlsOf(options, io);
  if (rpcUrl === undefined) throw new UsageError('An empty --rpc names no settlement chain');
  const parameters = await readDeployParameters(options.parameters);
  const deployerKey = await loadPrivateKey(options.keystore, io);
  const deployer = privateKeyToAddress(deployerKey);
  const output = createOutput(io, options.json === true);
  const client = createSettlementClient({ rpcUrls: [rpcUrl] });
  const [chainId, balance] = await Promise.all([
    client.getChainId(),
    client.getBalance({ address: deployer }),
  ]);
  if (balance === 0n) throw new GasFundsError(deployer, undefined);
  if (options.dryRun === true) {
    const lines = Object.entries(parameters).map(([name, value]) => `${name}: ${toJson(value)}`);
    output.result({ dryRun: true, chainId, deployer, balance, parameters }, [
      `would deploy on chain ${chainId} from ${deployer} (${formatEther(balance)} of the chain's coin)`,
      ...lines,
      'dry run: nothing was sent',
    ]);
    return;
  }
  const deployment = await deploy({
    rpcUrl,
    deployerKey,
    parameters,
    deploymentDir: options.deploymentDir ?? `${options.out.replace(/\.json$/, '')}.ignition`,
    onProgress: (line) => output.progress(line),
  });
  await writeDeployment(options.out, deployment);
  output.result({ dryRun: false, deployer, ...deployment, file: options.out }, [
    ...table(Object.entries(deployment).map(([name, value]) => [name, String(value)])),
    `written to ${options.out}`,
  ]);
}
