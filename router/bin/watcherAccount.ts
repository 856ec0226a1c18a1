import { readFile } from 'node:fs/promises';
import type { Hex, LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { openKeystore } from '../chain/openKeystore.ts';
import type { WatcherConfig } from '../config/watcher.ts';
import { DinError } from '../core/dinError.ts';

/**
 * The account that the configuration's watcher signs with.
 * @throws {@link InvalidKeyError}, {@link PasswordFileError}, `KeystoreUnreadableError`, `KeystorePasswordError`
 */
export async function loadWatcherAccount(
  config: Pick<WatcherConfig, 'keystore' | 'passwordFile' | 'privateKey'>,
): Promise<LocalAccount> {
  const key = await keyOf(config);
  try {
    return privateKeyToAccount(key);
  } catch {
    // Zero, or beyond the curve's order. The cause would carry the key.
    throw new InvalidKeyError();
  }
}

async function keyOf({
  keystore,
  passwordFile,
  privateKey,
}: Parameters<typeof loadWatcherAccount>[0]): Promise<Hex> {
  if (privateKey !== undefined) return `0x${privateKey.replace(/^0x/i, '')}`;
  if (keystore === undefined || passwordFile === undefined) throw new InvalidKeyError();
  return await openKeystore(keystore, await readPassword(passwordFile));
}

/** Editors and `echo` end a line where no password does. */
async function readPassword(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new PasswordFileError(file, { cause });
  }
}

export class InvalidKeyError extends DinError {
  readonly code = 'INVALID_KEY';
  constructor() {
    super("The watcher's key is no private key: zero, or too large.");
  }
}

export class PasswordFileError extends DinError {
  readonly code = 'NO_PASSWORD';
  constructor(file: string, options?: { cause?: unknown }) {
    super(`The password file ${file} cannot be read.`, options);
  }
}
