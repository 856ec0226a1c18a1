import { type Command, Option } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { collect, type SigningOptions, withChain, withSignerKey, withSigning } from '../lib/options.ts';
import type { AddServiceOptions } from './provider/addService.ts';
import type { ExitOptions } from './provider/exit.ts';
import type { RegisterOptions } from './provider/register.ts';
import type { RotateSignerOptions } from './provider/rotateSigner.ts';
import type { ServiceOptions } from './provider/serviceSwitch.ts';
import type { SetMetadataOptions } from './provider/setMetadata.ts';
import type { StakeOptions } from './provider/stake.ts';
import type { StatusOptions } from './provider/status.ts';
import type { ThawOptions } from './provider/thaw.ts';
import type { WithdrawOptions } from './provider/withdraw.ts';

/** Declares `din provider …`; each command loads its implementation when it runs. */
export function addProviderCommands(program: Command, io: CliIo): void {
  const provider = program.command('provider').description('stake and offer RPC endpoints');

  withSigning(withSignerKey(provider.command('register'), 'left out: the owner signs'))
    .description('register the key as a provider')
    .option('--metadata <text>', 'free text for people, at most 1,024 bytes: JSON or a link to it', '')
    .action(async (options: RegisterOptions) =>
      (await import('./provider/register.ts')).register(options, io),
    );

  withSigning(provider.command('set-metadata'))
    .description('replace the free text for people')
    .argument('<text>', 'at most 1,024 bytes')
    .action(async (text: string, options: SetMetadataOptions) =>
      (await import('./provider/setMetadata.ts')).setMetadata(text, options, io),
    );

  withSigning(withSignerKey(provider.command('rotate-signer'), 'left out: the owner signs'))
    .description('replace the hot key; the old one stays bound to this provider for ever')
    .action(async (options: RotateSignerOptions) =>
      (await import('./provider/rotateSigner.ts')).rotateSigner(options, io),
    );

  withSigning(provider.command('stake'))
    .description('add to the bond')
    .requiredOption('--amount <tokens>', 'whole tokens, e.g. 5000 or 0.5')
    .action(async (options: StakeOptions) => (await import('./provider/stake.ts')).stake(options, io));

  for (const [name, action, description] of [
    ['add-service', 'add', 'offer an endpoint for a network'],
    ['update-service', 'update', "replace a service's endpoint and capabilities"],
  ] as const) {
    withSigning(withNetwork(provider.command(name)))
      .description(description)
      .requiredOption('--url <url>', 'endpoint; it is asked for its chain id before anything is sent')
      .addOption(
        new Option(
          '--capability <name>',
          'repeat for more: full, archive, trace, debug, txpool, websocket, proof (left out: full)',
        ).argParser(collect),
      )
      .action(async (options: AddServiceOptions) =>
        (await import('./provider/addService.ts')).addService(action, options, io),
      );
  }

  for (const [action, description] of [
    ['pause', 'announce maintenance: neither routed to nor measured (owner or signer)'],
    ['resume', 'end the maintenance (owner or signer)'],
    ['remove', 'withdraw the offer; stake and open cases stay'],
  ] as const) {
    withSigning(withNetwork(provider.command(action === 'remove' ? 'remove-service' : action)))
      .description(description)
      .action(async (options: ServiceOptions) =>
        (await import('./provider/serviceSwitch.ts')).switchService(action, options, io),
      );
  }

  withChain(provider.command('status'))
    .description('registration, stake, jail, services and cases of a provider, and what watchers said of it')
    .argument('[provider]', "the provider's address; left out: that of the key")
    .option(
      '--keystore <file>',
      'key file; its address is read without a password where it stands in the file',
    )
    .action(async (id: string | undefined, options: StatusOptions) =>
      (await import('./provider/status.ts')).status({ ...options, id }, io),
    );

  withSigning(provider.command('thaw'))
    .description('begin to withdraw stake; it stays slashable until it is withdrawn')
    .addOption(new Option('--amount <tokens>', 'whole tokens').conflicts('all'))
    .option('--all', 'all that is neither thawing nor locked')
    .action(async (options: ThawOptions) => (await import('./provider/thaw.ts')).thaw(options, io));

  withSigning(provider.command('cancel-thaw'))
    .description('turn all that thaws back into stake that counts')
    .action(async (options: SigningOptions) =>
      (await import('./provider/cancelThaw.ts')).cancelThaw(options, io),
    );

  withSigning(provider.command('appeal'))
    .description('appeal against an open case; locks a bond, which is lost with the appeal')
    .argument('<case>', 'its id, as `din provider status` shows it')
    .action(async (id: string, options: SigningOptions) =>
      (await import('./provider/appeal.ts')).appeal(id, options, io),
    );

  withSigning(provider.command('release-retired'))
    .description('free what a court that was replaced has left locked')
    .action(async (options: SigningOptions) =>
      (await import('./provider/releaseRetired.ts')).releaseRetired(options, io),
    );

  withSigning(provider.command('withdraw'))
    .description('pay out what has thawed')
    .option('--to <address>', "receiver; left out: the key's address")
    .action(async (options: WithdrawOptions) =>
      (await import('./provider/withdraw.ts')).withdraw(options, io),
    );

  withSigning(provider.command('exit'))
    .description('remove all services and thaw the whole stake; repeat it at will')
    .option('--withdraw', 'pay out as well, once it is due')
    .action(async (options: ExitOptions) => (await import('./provider/exit.ts')).exit(options, io));
}

function withNetwork(command: Command): Command {
  return command.requiredOption(
    '--network <name>',
    'slug, CAIP-2 id or chain id, e.g. linea, eip155:59144, 59144',
  );
}
