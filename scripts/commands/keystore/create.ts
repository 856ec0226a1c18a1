import { generatePrivateKey } from 'viem/accounts';
import { NoKeyError, privateKeyFrom, readPassword } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { createKeystore, type Kdf } from '../../lib/keystore.ts';
import { createOutput } from '../../lib/output.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface CreateOptions {
  readonly import?: boolean;
  readonly kdf: Kdf;
  readonly json?: boolean;
}

/** `din keystore create <file>` */
export async function create(path: string, options: CreateOptions, io: CliIo): Promise<void> {
  const privateKey = options.import === true ? privateKeyFrom(io) : generatePrivateKey();
  if (privateKey === undefined) throw new NoKeyError();
  const password = await newPassword(io);
  const address = await createKeystore({ path, privateKey, password, kdf: options.kdf });
  createOutput(io, options.json === true).result({ address, file: path }, [address]);
  io.stderr(`Wrote ${path}. Keep a copy of the file and the password: without both, the key is lost.`);
}

/** What is typed unseen is typed twice. */
async function newPassword(io: CliIo): Promise<string> {
  const password = await readPassword(io);
  if (io.env.DIN_KEYSTORE_PASSWORD === undefined && (await io.readSecret?.('Once more: ')) !== password)
    throw new UsageError('The two passwords differ');
  return password;
}
