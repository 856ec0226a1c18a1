import { type Command, Option } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { collect } from '../lib/options.ts';
import type { DeployOptions } from './deploy/run.ts';

/** Declares `din deploy`. */
export function addDeployCommand(program: Command, io: CliIo): void {
  program
    .command('deploy')
    .description('deploy the contracts with Hardhat Ignition and read all back; a run that broke off resumes')
    .option('--rpc <url>', 'settlement chain RPC [DIN_RPC_URL]', collect)
    .option('--network <name>', 'parameters by name: a file of ignition/parameters/, e.g. sepolia')
    .addOption(new Option('--parameters <file>', 'or another file of that form').conflicts('network'))
    .option('--set <name=value>', 'a parameter over the file and DIN_DEPLOY_<NAME>, repeat for more', collect)
    .option('--out <file>', 'where the addresses are written; left out: deployments/<chain id>.json')
    .option('--deployment-dir <dir>', "Ignition's journal; left out: beside --out")
    .option('--keystore <file>', 'encrypted key file of the deployer; left out: DIN_PRIVATE_KEY')
    .option('--dry-run', 'deploy on a fork of the chain as it stands, print all, send nothing')
    .addOption(
      new Option('--verify', 'read back what --out names and compare, send nothing').conflicts('dryRun'),
    )
    .addOption(
      new Option(
        '--successor <part>',
        'deploy what shall replace a part of --out, print what governance calls',
      )
        .choices(['court', 'escrow'])
        .conflicts(['dryRun', 'verify']),
    )
    .option('--json', 'print one JSON object')
    .action(async (options: DeployOptions) => (await import('./deploy/run.ts')).run(options, io));
}
