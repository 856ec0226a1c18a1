import { DinError } from '../../router/core/dinError.ts';

// Arguments stand in the shell's history and in every user's process list.
const SECRET_OPTION =
  /^--?(signer-)?(private-?key|secret(-?key)?|mnemonic|seed(-?phrase)?|key|pk|password)(=|$)/i;
const PRIVATE_KEY = /^(0x)?[0-9a-f]{64}$/i;

/**
 * Refuses a key, phrase or password given as an argument, wherever it stands.
 * @throws {@link SecretArgumentError}; the secret is not in its message.
 */
export function refuseSecretArguments(argv: readonly string[]): void {
  for (const argument of argv) {
    const option = SECRET_OPTION.exec(argument);
    if (option) throw new SecretArgumentError(`The option ${argument.split('=')[0]} does not exist`);
    if (PRIVATE_KEY.test(argument)) throw new SecretArgumentError('An argument looks like a private key');
  }
}

export class SecretArgumentError extends DinError {
  readonly code = 'SECRET_ARGUMENT';
  constructor(what: string) {
    super(
      `${what}: whatever is an argument can be read in the process list and the shell's history. ` +
        'Use --keystore <file> (password in DIN_KEYSTORE_PASSWORD or typed when asked) or the environment variable DIN_PRIVATE_KEY. ' +
        'If a real key was typed here, take it out of use.',
    );
  }
}
