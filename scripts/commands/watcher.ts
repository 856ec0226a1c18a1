import type { Command } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { parseInteger, type SigningOptions, withChain, withSigning } from '../lib/options.ts';
import { parseReference } from '../lib/parseReference.ts';
import type { ClaimOptions } from './watcher/claim.ts';
import type { FundRewardsOptions } from './watcher/fundRewards.ts';
import type { JoinOptions } from './watcher/join.ts';
import type { RunOptions } from './watcher/run.ts';
import type { WatcherStatusOptions } from './watcher/status.ts';

/** Declares `din watcher …`; each command loads its implementation when it runs. */
export function addWatcherCommands(program: Command, io: CliIo): void {
  const watcher = program.command('watcher').description('measure services and attest on-chain');

  withSigning(watcher.command('admit'))
    .description('governor: let an account join while admission is closed')
    .argument('<address>', "the watcher's address")
    .action(async (address: string, options: SigningOptions) =>
      (await import('./watcher/admit.ts')).admit(address, options, io),
    );

  withSigning(watcher.command('join'))
    .description('stake the bond and join; the weight counts from the next epoch on')
    .option('--amount <tokens>', 'bond to add; left out: what is missing to the least bond')
    .action(async (options: JoinOptions) => (await import('./watcher/join.ts')).join(options, io));

  withSigning(watcher.command('leave'))
    .description('leave and thaw the bond; pays out with --withdraw once it is due')
    .option('--withdraw', 'pay out as well, once it is due')
    .action(async (options: SigningOptions & { readonly withdraw?: boolean }) =>
      (await import('./watcher/leave.ts')).leave(options, io),
    );

  withSigning(watcher.command('sync'))
    .description('anyone: take a changed bond over as weight, from the next epoch on')
    .argument('<address>', "the watcher's address")
    .action(async (address: string, options: SigningOptions) =>
      (await import('./watcher/sync.ts')).sync(address, options, io),
    );

  withSigning(watcher.command('claim'))
    .description('fetch rewards that `run` has not fetched; they go to the bond')
    .option('--epoch <n>', 'of this epoch; left out: of the last 30', parseInteger(0, 1e15))
    .option('--watcher <address>', "for another watcher; left out: the key's")
    .action(async (options: ClaimOptions) => (await import('./watcher/claim.ts')).claim(options, io));

  withSigning(watcher.command('fund-rewards'))
    .description('anyone: add to the pool that rewards are paid from')
    .requiredOption('--amount <tokens>', 'whole tokens')
    .action(async (options: FundRewardsOptions) =>
      (await import('./watcher/fundRewards.ts')).fundRewards(options, io),
    );

  withChain(watcher.command('run'))
    .description('probe, commit, reveal, bring cases, fetch rewards, until SIGINT or SIGTERM')
    .option('--keystore <file>', 'encrypted key file; left out: DIN_PRIVATE_KEY')
    .requiredOption('--state-dir <dir>', 'where reports wait for their reveal; must outlive a restart')
    .option('--probe-interval-ms <ms>', 'time between two probes of a service', parseInteger(100, 3_600_000))
    .option(
      '--reference <network>=<url>',
      'your own node of a network, as eip155:1=http://127.0.0.1:8545; it may veto; repeat for more',
      parseReference,
    )
    .option('--max-fee-gwei <n>', 'most to offer for a unit of gas; left out: 500', parseInteger(1, 1e9))
    .option('--allow-private-endpoints', 'development only: probe endpoints on private addresses too')
    .action(async (options: RunOptions) => (await import('./watcher/run.ts')).run(options, io));

  withChain(watcher.command('status'))
    .description('bond, weight, the last reports and their rewards of a watcher')
    .argument('[watcher]', "the watcher's address; left out: that of the key")
    .option(
      '--keystore <file>',
      'key file; its address is read without a password where it stands in the file',
    )
    .action(async (id: string | undefined, options: WatcherStatusOptions) =>
      (await import('./watcher/status.ts')).status({ ...options, id }, io),
    );
}
