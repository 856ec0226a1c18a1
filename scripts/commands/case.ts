import { type Command, Option } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { type SigningOptions, withChain, withSigning } from '../lib/options.ts';
import type { ListCasesOptions } from './case/list.ts';
import type { ResolveOptions } from './case/resolve.ts';

/** Declares `din case …`; each command loads its implementation when it runs. */
export function addCaseCommands(program: Command, io: CliIo): void {
  const group = program.command('case').description('alleged offences: list, veto, decide, execute');

  withChain(group.command('list'))
    .description('cases that hold stake: open and appealed ones')
    .option('--all', 'those that have ended too')
    .option('--provider <address>', 'of one provider alone')
    .action(async (options: ListCasesOptions) => (await import('./case/list.ts')).list(options, io));

  withSigning(group.command('veto'))
    .description('guardian: end an open or appealed case; gives back exactly what it locked')
    .argument('<case>', 'its id')
    .action(async (id: string, options: SigningOptions) =>
      (await import('./case/veto.ts')).veto(id, options, io),
    );

  withSigning(group.command('resolve'))
    .description('governor: decide an appeal')
    .argument('<case>', 'its id')
    .addOption(new Option('--uphold', 'the provider is right: case overturned').conflicts('reject'))
    .option('--reject', 'the case stands: executed at once, the bond is lost')
    .action(async (id: string, options: ResolveOptions) =>
      (await import('./case/resolve.ts')).resolve(id, options, io),
    );

  withSigning(group.command('execute'))
    .description('anyone: execute a case whose time has come')
    .argument('<case>', 'its id')
    .action(async (id: string, options: SigningOptions) =>
      (await import('./case/execute.ts')).execute(id, options, io),
    );
}
