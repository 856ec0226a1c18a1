import { scryptSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keystore } from 'ox';
import { toHex } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKeystore } from '../../router/chain/openKeystore.ts';
import { createKeystore } from './keystore.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'din-keystore-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a keystore file', () => {
  test.each(['scrypt', 'pbkdf2'] as const)(
    'gives back with %s the key that it was made from',
    async (kdf) => {
      const privateKey = generatePrivateKey();
      const path = join(dir, kdf, 'key.json');
      const address = await createKeystore({ path, privateKey, password: 'correct horse', kdf });
      expect(address).toBe(privateKeyToAddress(privateKey));
      expect(await openKeystore(path, 'correct horse')).toBe(privateKey);
    },
  );

  test('does not hold the key in the clear and is readable by its owner alone', async () => {
    const privateKey = generatePrivateKey();
    const path = join(dir, 'private.json');
    await createKeystore({ path, privateKey, password: 'p', kdf: 'pbkdf2' });
    expect(await readFile(path, 'utf8')).not.toContain(privateKey.slice(2));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('is opened by its own password alone', async () => {
    const path = join(dir, 'password.json');
    await createKeystore({ path, privateKey: generatePrivateKey(), password: 'right', kdf: 'pbkdf2' });
    await expect(openKeystore(path, 'wrong')).rejects.toMatchObject({ code: 'KEYSTORE_PASSWORD' });
  });

  test('is never overwritten', async () => {
    const path = join(dir, 'once.json');
    const first = generatePrivateKey();
    await createKeystore({ path, privateKey: first, password: 'p', kdf: 'pbkdf2' });
    const again = createKeystore({ path, privateKey: generatePrivateKey(), password: 'p', kdf: 'pbkdf2' });
    await expect(again).rejects.toMatchObject({ code: 'KEYSTORE_EXISTS' });
    expect(await openKeystore(path, 'p')).toBe(first);
  });

  // The vector of the Web3 Secret Storage definition: what other wallets wrote must open here.
  test('of another wallet opens', async () => {
    const path = join(dir, 'vector.json');
    const vector = {
      crypto: {
        cipher: 'aes-128-ctr',
        cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
        ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
        kdf: 'pbkdf2',
        kdfparams: {
          c: 262144,
          dklen: 32,
          prf: 'hmac-sha256',
          salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
        },
        mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
      },
      id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
      version: 3,
    };
    await writeFile(path, JSON.stringify(vector));
    expect(await openKeystore(path, 'testpassword')).toBe(
      '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d',
    );
  });

  // By go-ethereum's defaults for weak machines.
  test('of go-ethereum opens', async () => {
    const path = join(dir, 'geth.json');
    const privateKey = generatePrivateKey();
    const kdfparams = { dklen: 32, n: 4_096, r: 8, p: 6, salt: 'ab'.repeat(32) };
    const key = scryptSync('testpassword', Buffer.from(kdfparams.salt, 'hex'), 32, { N: 4_096, r: 8, p: 6 });
    const iv = new Uint8Array(16);
    const keystore = Keystore.encrypt(privateKey, toHex(key), { kdf: 'scrypt', kdfparams, iv });
    await writeFile(path, JSON.stringify(keystore));
    expect(await openKeystore(path, 'testpassword')).toBe(privateKey);
  });

  // What this command line made before.
  test('with the parameters of the definition opens', async () => {
    const path = join(dir, 'definition.json');
    const privateKey = generatePrivateKey();
    const [key, options] = await Keystore.scryptAsync({ password: 'testpassword', n: 2 ** 16 });
    await writeFile(path, JSON.stringify(Keystore.encrypt(privateKey, key, options)));
    expect(await openKeystore(path, 'testpassword')).toBe(privateKey);
  });

  test.each([
    ['missing', undefined],
    ['not JSON', 'hello'],
    ['another version', '{"version":4}'],
    ['JSON that is no object', '[1]'],
  ])('that is %s is refused by name', async (name, text) => {
    const path = join(dir, `${name.replaceAll(' ', '-')}.json`);
    if (text !== undefined) await writeFile(path, text);
    await expect(openKeystore(path, 'p')).rejects.toMatchObject({ code: 'KEYSTORE_UNREADABLE' });
  });
});
