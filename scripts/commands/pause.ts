import { Argument, type Command } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { type SigningOptions, withSigning } from '../lib/options.ts';
import type { PausableName } from './pause/switchPause.ts';

/** Declares `din pause` and `din unpause`; each loads its implementation when it runs. */
export function addPauseCommands(program: Command, io: CliIo): void {
  for (const [action, description] of [
    ['pause', 'guardian: stop all that leaves vault or escrow, for a bounded time'],
    ['unpause', 'governor: end a pause early'],
  ] as const) {
    withSigning(program.command(action))
      .description(description)
      .addArgument(new Argument('<contract>', 'which one').choices(['vault', 'escrow']))
      .action(async (name: PausableName, options: SigningOptions) =>
        (await import('./pause/switchPause.ts')).switchPause(action, name, options, io),
      );
  }
}
