import { type Command, Option } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { collect, parseInteger } from '../lib/options.ts';
import type { IndexerCommandOptions } from './indexer/run.ts';

/** Declares `din indexer`. */
export function addIndexerCommand(program: Command, io: CliIo): void {
  program
    .command('indexer')
    .description('index the contracts for fleets of routers and for people, until SIGINT or SIGTERM')
    .option('--rpc <url>', 'settlement chain RPC, repeat for more [DIN_RPC_URL]', collect)
    .option('--registry <address>', 'ProviderRegistry contract [DIN_REGISTRY]')
    .addOption(
      new Option('--deployment <file>', 'or the file that `din deploy --out` wrote').conflicts('registry'),
    )
    .option('--host <address>', 'where to listen; 0.0.0.0 for all', '127.0.0.1')
    .option('--port <n>', 'port of the GraphQL server', parseInteger(1, 65_535), 42_069)
    .option('--database-url <url>', 'PostgreSQL; left out: PGlite in the data directory [DATABASE_URL]')
    .option('--data-dir <dir>', 'what must outlive a restart', '.din/indexer')
    .option('--schema <name>', 'first part of the database schemas’ names', 'din')
    .option('--poll-interval <ms>', 'how often to look for a block', parseInteger(100, 60_000), 1_000)
    .addHelpText('after', '\nSee docs/indexer.md. The log is on stdout, one JSON object a line.')
    .action(async (options: IndexerCommandOptions) => (await import('./indexer/run.ts')).run(options, io));
}
