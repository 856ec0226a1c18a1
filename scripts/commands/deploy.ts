import type { Command } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { collect } from '../lib/options.ts';
import type { DeployOptions } from './deploy/run.ts';

/** Declares `din deploy`. */
export function addDeployCommand(program: Command, io: CliIo): void {
  program
    .command('deploy')
    .description('deploy the contracts with Hardhat Ignition; a run that broke off resumes')
    .option('--rpc <url>', 'settlement chain RPC [DIN_RPC_URL]', collect)
    .requiredOption('--parameters <file>', 'JSON as in ignition/parameters/')
    .requiredOption('--out <file>', 'where the addresses are written')
    .option('--deployment-dir <dir>', "Ignition's journal; left out: beside --out")
    .option('--keystore <file>', 'encrypted key file of the deployer; left out: DIN_PRIVATE_KEY')
    .option('--dry-run', 'check all, print the parameters, send nothing')
    .option('--json', 'print one JSON object')
    .action(async (options: DeployOptions) => (await import('./deploy/run.ts')).run(options, io));
}
