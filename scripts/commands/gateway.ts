import type { Command } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';

/** Declares `din gateway`. */
export function addGatewayCommand(program: Command, io: CliIo): void {
  program
    .command('gateway')
    .description('route JSON-RPC to the network until SIGINT or SIGTERM')
    .requiredOption('--config <file>', 'YAML or JSON; see docs/gateway.md')
    .action(async (options: { readonly config: string }) =>
      (await import('./gateway/run.ts')).run(options, io),
    );
}
