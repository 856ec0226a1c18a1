import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadWatcherAccount } from './watcherAccount.ts';

// The vector of the Web3 Secret Storage definition; its password is `testpassword`.
const KEYSTORE = {
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
const KEY = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';
const ADDRESS = privateKeyToAddress(KEY);

let dir: string;
const file = (name: string) => join(dir, name);
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'din-watcher-key-'));
  await writeFile(file('keystore.json'), JSON.stringify(KEYSTORE));
  await writeFile(file('password'), 'testpassword\n');
  await writeFile(file('wrong'), 'testpassword ');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('the key comes from a keystore and the file with its password', async () => {
  const account = await loadWatcherAccount({
    keystore: file('keystore.json'),
    passwordFile: file('password'),
  });
  expect(account.address).toBe(ADDRESS);
});

test.each([KEY, KEY.slice(2), KEY.toUpperCase()])('or bare, as %s', async (privateKey) => {
  expect((await loadWatcherAccount({ privateKey })).address).toBe(ADDRESS);
});

test('what keeps it from being read has a name, and no secret in it', async () => {
  const open = (keystore: string, passwordFile: string) =>
    loadWatcherAccount({ keystore: file(keystore), passwordFile: file(passwordFile) });
  await expect(open('keystore.json', 'wrong')).rejects.toMatchObject({ code: 'KEYSTORE_PASSWORD' });
  await expect(open('none.json', 'password')).rejects.toMatchObject({ code: 'KEYSTORE_UNREADABLE' });
  await expect(open('keystore.json', 'none')).rejects.toMatchObject({ code: 'NO_PASSWORD' });
  const beyond = 'f'.repeat(64);
  await expect(loadWatcherAccount({ privateKey: beyond })).rejects.toMatchObject({
    code: 'INVALID_KEY',
    message: expect.not.stringContaining(beyond),
  });
});
