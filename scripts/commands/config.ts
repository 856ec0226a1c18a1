import type { Command } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';

interface Options {
  readonly config: string;
  readonly json?: boolean;
}

/** Declares `din config …`. */
export function addConfigCommands(program: Command, io: CliIo): void {
  const config = program.command('config').description("the gateway's configuration file");
  const command = (name: string) =>
    config
      .command(name)
      .requiredOption('--config <file>', 'YAML or JSON; see docs/gateway.md')
      .option('--json', 'print one JSON object');

  command('validate')
    .description('say whether the file is right; an error names line, field and what is allowed')
    .action(async (options: Options) => (await import('./config/validate.ts')).validate(options, io));

  command('dump')
    .description('print the whole configuration with all defaults, secrets masked')
    .action(async (options: Options) => (await import('./config/dump.ts')).dump(options, io));
}
