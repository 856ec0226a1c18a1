import type { Command } from 'commander';
import { DEFAULT_STATE_DIR } from '../devnet/devnetState.ts';
import { FAULT_MODES } from '../devnet/fault.ts';
import type { CliIo } from '../lib/cliIo.ts';
import { parseInteger } from '../lib/options.ts';
import type { FaultOptions } from './devnet/fault.ts';
import type { DevnetRunOptions } from './devnet/run.ts';

/** Declares `din devnet`; each command loads its implementation when it runs. */
export function addDevnetCommand(program: Command, io: CliIo): void {
  const devnet = program
    .command('devnet')
    .description('run a whole local network until Ctrl-C: two chains, providers, watchers, a gateway')
    .option('--port <n>', 'port of the gateway; left out: 8080 or the next free one', parseInteger(1, 65_535))
    .option('--any-ports', 'any free ports instead of the usual ones')
    .option('--providers <n>', 'how many, up to 10', parseInteger(1, 10), 4)
    .option('--watchers <n>', 'how many, up to 10', parseInteger(1, 10), 3)
    .option('--state-dir <dir>', 'where state and logs stand; wiped at the start', DEFAULT_STATE_DIR)
    .option('--json', 'print one JSON object instead of the summary')
    .action(async (options: DevnetRunOptions) => (await import('./devnet/run.ts')).run(options, io));

  devnet
    .command('fault')
    .description('make a provider of the running network fail, or heal it with `none`')
    .argument('<provider>', 'its name, e.g. alpha')
    .argument('<mode>', FAULT_MODES.join(', '))
    .option('--delay-ms <ms>', 'with slow: how late answers come', parseInteger(0, 600_000))
    .option('--retry-after <seconds>', 'with status429: what the answer says', parseInteger(0, 3600))
    .option('--chain-id <n>', 'with wrong: the chain that it claims to be', parseInteger(1, 2 ** 48))
    .action(async (provider: string, mode: string, _options: FaultOptions, command: Command) =>
      (await import('./devnet/fault.ts')).fault(provider, mode, command.optsWithGlobals<FaultOptions>(), io),
    );
}
