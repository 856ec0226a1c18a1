import type { Command } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { type ChainOptions, parseInteger, withChain, withSigning } from '../lib/options.ts';
import type { AddNetworkOptions } from './network/add.ts';

/** Declares `din network …`; each command loads its implementation when it runs. */
export function addNetworkCommands(program: Command, io: CliIo): void {
  const network = program.command('network').description('the chains whose RPC is served');

  withChain(network.command('list'))
    .description('all networks with stake and SLA')
    .action(async (options: ChainOptions) => (await import('./network/list.ts')).list(options, io));

  withSigning(network.command('add'))
    .description('governor: open a network')
    .requiredOption('--id <caip2>', 'CAIP-2 id, e.g. eip155:59144')
    .requiredOption('--slug <slug>', 'short name in URLs, e.g. linea')
    .requiredOption('--min-stake <tokens>', 'stake that each service needs, whole tokens')
    .option('--min-availability-bps <n>', 'least answered share in 1/10,000', parseInteger(0, 10_000), 9_900)
    .option('--max-latency-ms <ms>', '95th percentile of latency', parseInteger(1, 65_535), 2_000)
    .option('--max-block-lag <blocks>', '95th percentile behind the head', parseInteger(0, 65_535), 10)
    .option('--max-mismatches <n>', 'answers proven wrong in an epoch', parseInteger(0, 65_535), 0)
    .option('--min-samples <n>', 'fewer samples prove nothing', parseInteger(1, 65_535), 10)
    .action(async (options: AddNetworkOptions) => (await import('./network/add.ts')).add(options, io));
}
