import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Keystore } from 'ox';
import type { Hex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { deriveKeystoreKey } from '../../router/chain/keystoreKey.ts';
import { DinError } from '../../router/core/dinError.ts';

export type Kdf = 'scrypt' | 'pbkdf2';

export interface CreateKeystoreArgs {
  readonly path: string;
  readonly privateKey: Hex;
  readonly password: string;
  /** @default 'scrypt' */
  readonly kdf?: Kdf;
}

/**
 * Writes a private key, encrypted (Web3 Secret Storage version 3), readable by its owner alone.
 * @returns The key's address.
 * @throws {@link KeystoreExistsError}: a key is never overwritten.
 */
export async function createKeystore(args: CreateKeystoreArgs): Promise<Hex> {
  const { path, privateKey, password, kdf = 'scrypt' } = args;
  const address = privateKeyToAddress(privateKey);
  const derivation = newDerivation(kdf);
  const key = await deriveKeystoreKey(derivation, password);
  const keystore = Keystore.encrypt(privateKey, key, {
    ...derivation,
    iv: randomBytes(16),
    id: randomUUID(),
  });
  const text = `${JSON.stringify({ address: address.slice(2).toLowerCase(), ...keystore }, null, 2)}\n`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) throw new KeystoreExistsError(path);
    throw cause;
  }
  return address;
}

/** As costly as other wallets make it: a quarter of a gigabyte, or as many rounds. */
function newDerivation(kdf: Kdf) {
  const salt = randomBytes(32).toString('hex');
  return kdf === 'scrypt'
    ? { kdf, kdfparams: { dklen: 32, n: 2 ** 18, r: 8, p: 1, salt } }
    : { kdf, kdfparams: { dklen: 32, c: 2 ** 18, prf: 'hmac-sha256' as const, salt } };
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

export class KeystoreExistsError extends DinError {
  readonly code = 'KEYSTORE_EXISTS';
  constructor(path: string) {
    super(`${path} exists already; a key is never overwritten: choose another file`);
  }
}
