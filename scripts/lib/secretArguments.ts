import { DinError } from '../../router/core/dinError.ts';

// Arguments stand in the shell's history and in every user's process list.
const SECRET_OPTION =
  /^--?(signer-)?(private-?key|secret(-?key)?|mnemonic|seed(-?phrase)?|key|pk|password)(=|$)/i;
const PRIVATE_KEY = /^(0x)?[0-9a-f]{64}$/i;

/** Commands whose third word is the id of a case: public, and as long as a key. */
const ABOUT_A_CASE = new Set(['provider appeal', 'case veto', 'case resolve', 'case execute']);
const CASE_ID = /^0x[0-9a-f]{64}$/i;

/**
 * Refuses a key, phrase or password given as an argument, wherever it stands.
 * @throws {@link SecretArgumentError}; the secret is not in its message.
 */
export function refuseSecretArguments(argv: readonly string[]): void {
  for (const [index, argument] of argv.entries()) {
    const option = SECRET_OPTION.exec(argument);
    if (option) throw new SecretArgumentError(`The option ${argument.split('=')[0]} does not exist`);
    const isCaseId = index === 2 && ABOUT_A_CASE.has(argv.slice(0, 2).join(' ')) && CASE_ID.test(argument);
    if (!isCaseId && PRIVATE_KEY.test(argument))
      throw new SecretArgumentError('An argument looks like a private key');
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
