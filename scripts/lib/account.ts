import { readFile } from 'node:fs/promises';
import { type Address, getAddress, type Hex, isAddress, type LocalAccount } from 'viem';
import { privateKeyToAccount, privateKeyToAddress } from 'viem/accounts';
import { openKeystore } from '../../router/chain/openKeystore.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { CliIo } from './cliIo.ts';

/** The names under which one key is found. */
interface KeyNames {
  readonly keyVariable: string;
  readonly passwordVariable: string;
}

const OWNER: KeyNames = {
  keyVariable: 'DIN_PRIVATE_KEY',
  passwordVariable: 'DIN_KEYSTORE_PASSWORD',
};
const SIGNER: KeyNames = {
  keyVariable: 'DIN_SIGNER_PRIVATE_KEY',
  passwordVariable: 'DIN_SIGNER_KEYSTORE_PASSWORD',
};

/**
 * The account that sends: from the keystore file if one is named, else from DIN_PRIVATE_KEY.
 * @throws {@link NoKeyError}, {@link InvalidKeyError}, {@link NoPasswordError} and the keystore's errors.
 */
export async function loadAccount(keystore: string | undefined, io: CliIo): Promise<LocalAccount> {
  return privateKeyToAccount(await loadPrivateKey(keystore, io));
}

/** The bare key, for libraries that sign by themselves. Errors as {@link loadAccount}. */
export async function loadPrivateKey(keystore: string | undefined, io: CliIo): Promise<Hex> {
  const key = await load(OWNER, keystore, io);
  if (key === undefined) throw new NoKeyError();
  return key;
}

/** The provider's hot key; undefined when none is given. Errors as {@link loadAccount}. */
export async function loadSigner(keystore: string | undefined, io: CliIo): Promise<LocalAccount | undefined> {
  const key = await load(SIGNER, keystore, io);
  return key === undefined ? undefined : privateKeyToAccount(key);
}

/** The key's address for commands that only read: no password when the file names its address. */
export async function loadAddress(keystore: string | undefined, io: CliIo): Promise<Address> {
  if (keystore !== undefined) {
    const stated = await statedAddress(keystore);
    if (stated !== undefined) return stated;
  }
  return (await loadAccount(keystore, io)).address;
}

/** The password of a keystore file from the environment or from a person. */
export async function readPassword(
  io: CliIo,
  passwordVariable = OWNER.passwordVariable,
  question = 'Password: ',
): Promise<string> {
  const password = io.env[passwordVariable] ?? (await io.readSecret?.(question));
  if (password === undefined || password === '') throw new NoPasswordError(passwordVariable);
  return password;
}

/** @throws {@link InvalidKeyError} */
export function privateKeyFrom(io: CliIo, variable = OWNER.keyVariable): Hex | undefined {
  const text = io.env[variable]?.trim();
  if (text === undefined || text === '') return undefined;
  const key = text.replace(/^0x/, '');
  if (!/^[0-9a-f]{64}$/i.test(key)) throw new InvalidKeyError(variable);
  try {
    privateKeyToAddress(`0x${key}`);
  } catch {
    // Zero, or beyond the curve's order. The cause would carry the key.
    throw new InvalidKeyError(variable);
  }
  return `0x${key}`;
}

async function load(names: KeyNames, keystore: string | undefined, io: CliIo): Promise<Hex | undefined> {
  if (keystore === undefined) return privateKeyFrom(io, names.keyVariable);
  return await openKeystore(
    keystore,
    await readPassword(io, names.passwordVariable, `Password of ${keystore}: `),
  );
}

/** The address that a keystore file says it holds, without opening it. */
export async function statedAddress(path: string): Promise<Address | undefined> {
  const data: unknown = await readFile(path, 'utf8')
    .then((text) => JSON.parse(text))
    .catch(() => undefined);
  if (typeof data !== 'object' || data === null || !('address' in data)) return undefined;
  if (typeof data.address !== 'string') return undefined;
  const address = `0x${data.address.replace(/^0x/, '')}`;
  return isAddress(address, { strict: false }) ? getAddress(address) : undefined;
}

export class NoKeyError extends DinError {
  readonly code = 'NO_KEY';
  constructor() {
    super('No key: give --keystore <file> (make one with `din keystore create`) or set DIN_PRIVATE_KEY');
  }
}

export class InvalidKeyError extends DinError {
  readonly code = 'INVALID_KEY';
  constructor(source: string) {
    super(`${source} holds no private key: 64 hexadecimal digits are needed, with or without 0x`);
  }
}

export class NoPasswordError extends DinError {
  readonly code = 'NO_PASSWORD';
  constructor(variable: string) {
    super(`No password for the keystore: set ${variable}, or run this on a terminal to be asked`);
  }
}
