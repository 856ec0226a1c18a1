import type { Command } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { parseInteger, withChain } from '../lib/options.ts';
import type { KeeperOptions } from './keeper/run.ts';

/** Declares `din keeper`. */
export function addKeeperCommand(program: Command, io: CliIo): void {
  withChain(program.command('keeper'))
    .description('open and execute due cases, whoever is accused, until SIGINT or SIGTERM')
    .option('--keystore <file>', 'encrypted key file; left out: DIN_PRIVATE_KEY')
    .requiredOption('--state-dir <dir>', 'where it notes how far it has read and what it has sent')
    .option('--once', 'do what is due now, and end')
    .option('--dry-run', 'the same without sending: what would be done, and what waits')
    .option('--max-fee-gwei <n>', 'most to offer for a unit of gas; left out: 500', parseInteger(1, 1e9))
    .addHelpText(
      'after',
      `
Examples:
  din keeper --keystore keeper.json --state-dir /var/lib/din-keeper
  din keeper --keystore keeper.json --state-dir /var/lib/din-keeper --once --json    # from cron
  din keeper --keystore keeper.json --state-dir /var/lib/din-keeper --dry-run

Anyone may: the account needs the settlement chain's coin for gas, and nothing else. There is no reward.
Every watcher does the same by itself. See docs/keeper.md. The log is on stdout, one JSON object a line.`,
    )
    .action(async (options: KeeperOptions) => (await import('./keeper/run.ts')).run(options, io));
}
