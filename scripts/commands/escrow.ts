import { type Command, Option } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import { type SigningOptions, withChain, withSigning } from '../lib/options.ts';
import type { CollectOptions } from './escrow/collect.ts';
import type { DepositOptions } from './escrow/deposit.ts';
import type { SignVoucherOptions } from './escrow/signVoucher.ts';
import type { EscrowStatusOptions } from './escrow/status.ts';
import type { EscrowThawOptions } from './escrow/thaw.ts';
import type { EscrowWithdrawOptions } from './escrow/withdraw.ts';

/** Declares `din escrow …`; each command loads its implementation when it runs. */
export function addEscrowCommands(program: Command, io: CliIo): void {
  const escrow = program
    .command('escrow')
    .description("a gateway's prepaid balance, and what providers collect");

  withSigning(escrow.command('deposit'))
    .description('prepay: add to the balance that vouchers are paid from')
    .requiredOption('--amount <tokens>', 'whole tokens, e.g. 5000 or 0.5')
    .option('--gateway <address>', "whose balance; left out: the key's")
    .action(async (options: DepositOptions) => (await import('./escrow/deposit.ts')).deposit(options, io));

  withSigning(escrow.command('thaw'))
    .description('begin to take balance back; vouchers are paid from it until it is withdrawn')
    .addOption(new Option('--amount <tokens>', 'whole tokens').conflicts('all'))
    .option('--all', 'all that does not thaw yet')
    .action(async (options: EscrowThawOptions) => (await import('./escrow/thaw.ts')).thaw(options, io));

  withSigning(escrow.command('cancel-thaw'))
    .description('turn all that thaws back')
    .action(async (options: SigningOptions) =>
      (await import('./escrow/cancelThaw.ts')).cancelThaw(options, io),
    );

  withSigning(escrow.command('withdraw'))
    .description('pay out what has thawed and was not collected meanwhile')
    .option('--to <address>', "receiver; left out: the key's address")
    .action(async (options: EscrowWithdrawOptions) =>
      (await import('./escrow/withdraw.ts')).withdraw(options, io),
    );

  withSigning(escrow.command('authorize-signer'))
    .description('let a key sign vouchers: whoever holds it can spend the whole balance')
    .argument('<address>', "the key's address")
    .action(async (address: string, options: SigningOptions) =>
      (await import('./escrow/signer.ts')).authorizeSigner(address, options, io),
    );

  withSigning(escrow.command('revoke-signer'))
    .description('announce that a key goes; after the thaw the same command revokes it')
    .argument('<address>', "the key's address")
    .action(async (address: string, options: SigningOptions) =>
      (await import('./escrow/signer.ts')).revokeSigner(address, options, io),
    );

  withChain(escrow.command('status'))
    .description('balance, signers and what providers have collected of a gateway')
    .argument('[gateway]', "the gateway's address; left out: that of the key")
    .option(
      '--keystore <file>',
      'key file; its address is read without a password where it stands in the file',
    )
    .action(async (id: string | undefined, options: EscrowStatusOptions) =>
      (await import('./escrow/status.ts')).status({ ...options, id }, io),
    );

  withChain(escrow.command('sign-voucher'))
    .description('print a signed voucher: what the gateway owes a provider in all')
    .requiredOption('--provider <address>', 'whom it owes')
    .requiredOption('--total <tokens>', 'whole tokens, all that was ever owed included')
    .option('--gateway <address>', 'for a gateway that authorized this key; left out: the key is the gateway')
    .option('--keystore <file>', 'encrypted key file; left out: DIN_PRIVATE_KEY')
    .action(async (options: SignVoucherOptions) =>
      (await import('./escrow/signVoucher.ts')).signVoucher(options, io),
    );

  withSigning(escrow.command('collect'))
    .description('anyone, for the provider: pay what a voucher owes and was not collected before')
    .argument('<file>', 'the signed voucher, as JSON')
    .action(async (file: string, options: CollectOptions) =>
      (await import('./escrow/collect.ts')).collect(file, options, io),
    );
}
