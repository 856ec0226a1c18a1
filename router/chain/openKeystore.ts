import { readFile } from 'node:fs/promises';
import { Keystore } from 'ox';
import { type Hex, isHex } from 'viem';
import { z } from 'zod';
import { DinError } from '../core/dinError.ts';
import { deriveKeystoreKey } from './keystoreKey.ts';

const hex = z.string().regex(/^[0-9a-f]+$/i);
// Bounds keep a damaged or malicious file from taking the machine's memory or hours.
const schema = z.object({
  version: z.literal(3),
  id: z.string().default(''),
  crypto: z.object({
    cipher: z.literal('aes-128-ctr'),
    ciphertext: hex.length(64),
    cipherparams: z.object({ iv: hex.length(32) }),
    mac: hex.length(64),
    kdf: z.enum(['scrypt', 'pbkdf2']),
    kdfparams: z.union([
      z.object({
        n: z
          .int()
          .positive()
          .max(2 ** 20),
        r: z.int().positive().max(64),
        p: z.int().positive().max(64),
        dklen: z.literal(32),
        salt: hex,
      }),
      z.object({
        c: z.int().positive().max(10_000_000),
        prf: z.literal('hmac-sha256'),
        dklen: z.literal(32),
        salt: hex,
      }),
    ]),
  }),
});

/**
 * Decrypts a keystore file.
 * @throws {@link KeystoreUnreadableError}, {@link KeystorePasswordError}
 */
export async function openKeystore(path: string, password: string): Promise<Hex> {
  const keystore = await readKeystore(path);
  let privateKey: Hex;
  try {
    privateKey = Keystore.decrypt(keystore, await deriveKeystoreKey(keystore.crypto, password));
  } catch (cause) {
    throw new KeystorePasswordError(path, { cause });
  }
  if (!isHex(privateKey) || privateKey.length !== 66)
    throw new KeystoreUnreadableError(path, 'it holds no 32-byte key');
  return privateKey;
}

async function readKeystore(path: string): Promise<Keystore.Keystore> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const why = isErrno(cause, 'ENOENT') ? 'there is no such file' : 'it is not readable as JSON';
    throw new KeystoreUnreadableError(path, why, { cause });
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') || 'the file';
    throw new KeystoreUnreadableError(path, `not Web3 Secret Storage version 3 (${field})`);
  }
  const { kdf, kdfparams, ...rest } = parsed.data.crypto;
  // The two branches tell the type checker which parameters belong to which function.
  if (kdf === 'scrypt' && 'n' in kdfparams) return { ...parsed.data, crypto: { ...rest, kdf, kdfparams } };
  if (kdf === 'pbkdf2' && 'c' in kdfparams) return { ...parsed.data, crypto: { ...rest, kdf, kdfparams } };
  throw new KeystoreUnreadableError(path, `its parameters are not those of ${kdf}`);
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

export class KeystoreUnreadableError extends DinError {
  readonly code = 'KEYSTORE_UNREADABLE';
  constructor(path: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot read the keystore ${path}: ${why}`, options);
  }
}

export class KeystorePasswordError extends DinError {
  readonly code = 'KEYSTORE_PASSWORD';
  constructor(path: string, options?: { cause?: unknown }) {
    super(`The password does not open the keystore ${path}`, options);
  }
}
