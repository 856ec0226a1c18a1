import { type Command, Option } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import type { CreateOptions } from './keystore/create.ts';

/** Declares `din keystore …`. */
export function addKeystoreCommands(program: Command, io: CliIo): void {
  const keystore = program
    .command('keystore')
    .description('encrypted key files (Web3 Secret Storage version 3)');

  keystore
    .command('create')
    .description('make a new key, or encrypt that of DIN_PRIVATE_KEY with --import')
    .argument('<file>', 'must not exist yet')
    .option('--import', 'take the key from DIN_PRIVATE_KEY')
    .addOption(new Option('--kdf <name>', 'key derivation').choices(['scrypt', 'pbkdf2']).default('scrypt'))
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: CreateOptions) =>
      (await import('./keystore/create.ts')).create(file, options, io),
    );

  keystore
    .command('address')
    .description("print the file's address; the password is asked for only where the file does not say it")
    .argument('<file>')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: { readonly json?: boolean }) =>
      (await import('./keystore/address.ts')).address(file, options, io),
    );
}
