import { type Command, InvalidArgumentError, Option } from 'commander';

/** What every command that reads the chain takes. */
export interface ChainOptions {
  readonly rpc?: readonly string[];
  readonly registry?: string;
  readonly deployment?: string;
  readonly json?: boolean;
}

/** What every command that sends transactions takes. */
export interface SigningOptions extends ChainOptions {
  readonly keystore?: string;
  readonly dryRun?: boolean;
  /** False with --no-check. */
  readonly check: boolean;
}

export interface SignerKeyOptions {
  readonly signerKeystore?: string;
}

/** Adds --rpc, --registry, --deployment and --json. */
export function withChain(command: Command): Command {
  return command
    .option('--rpc <url>', 'settlement chain RPC, repeat for more [DIN_RPC_URL]', collect)
    .option('--registry <address>', 'ProviderRegistry contract [DIN_REGISTRY]')
    .addOption(
      new Option('--deployment <file>', 'or the file that `din deploy --out` wrote').conflicts('registry'),
    )
    .option('--json', 'print one JSON object');
}

/** {@link withChain} and --keystore, --dry-run, --no-check. */
export function withSigning(command: Command): Command {
  return withChain(command)
    .option('--keystore <file>', 'encrypted key file; left out: DIN_PRIVATE_KEY')
    .option('--dry-run', 'check all, print what would be sent, send nothing')
    .option('--no-check', 'leave all checks to the contracts (endpoints are not looked at)');
}

export function withSignerKey(command: Command, without: string): Command {
  return command.option(
    '--signer-keystore <file>',
    `key file of the signer (hot key), password in DIN_SIGNER_KEYSTORE_PASSWORD; or DIN_SIGNER_PRIVATE_KEY; ${without}`,
  );
}

/** Option parser for a whole number from `min` to `max`. */
export function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`);
    return value;
  };
}

/** Option parser that gathers a repeated option. */
export function collect(text: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), text];
}
