import { pbkdf2, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { Keystore } from 'ox';
import { type Hex, toHex } from 'viem';

/** As a keystore file names it. Salts are hexadecimal without 0x. */
export type KeyDerivation = Pick<Keystore.Keystore['crypto'], 'kdf' | 'kdfparams'>;

const byScrypt: (password: string, salt: Buffer, length: number, options: ScryptOptions) => Promise<Buffer> =
  promisify(scrypt);
const byPbkdf2 = promisify(pbkdf2);

/**
 * The key that encrypts a keystore, from its password. Mostly by Node's own functions, on a thread aside: it takes a
 * second, in which a gateway has other things to do.
 */
export async function deriveKeystoreKey({ kdfparams }: KeyDerivation, password: string): Promise<Hex> {
  const salt = Buffer.from(kdfparams.salt, 'hex');
  if ('c' in kdfparams) return toHex(await byPbkdf2(password, salt, kdfparams.c, 32, 'sha256'));
  const { n: N, r, p } = kdfparams;
  if (N >= 2 ** (16 * r)) return await byOx(N, salt, password);
  // Twice what it takes: the default is too low for the usual parameters.
  return toHex(await byScrypt(password, salt, 32, { N, r, p, maxmem: 256 * (N * r + r * p) }));
}

/** Outside scrypt's own bounds, yet the standard's example. Always r = 1 and p = 8, whatever it is told. */
async function byOx(n: number, salt: Buffer, password: string): Promise<Hex> {
  const [key] = await Keystore.scryptAsync({ password, n, salt: toHex(salt) });
  return typeof key === 'function' ? key() : key;
}
