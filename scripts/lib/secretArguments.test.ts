import { expect, test } from 'vitest';
import { refuseSecretArguments } from './secretArguments.ts';

const KEY = 'ab'.repeat(32);

test.each([
  ['--private-key', KEY],
  [`--private-key=0x${KEY}`],
  ['--signer-private-key=x'],
  ['--mnemonic', 'test test test'],
  ['--password', 'hunter2'],
  ['provider', 'register', `0x${KEY}`],
  ['--metadata', KEY],
  ['provider', 'appeal', KEY],
  ['provider', 'appeal', '--rpc', `0x${KEY}`],
  ['provider', 'appeal', `0x${KEY}`, `0x${KEY}`],
])('%s is refused as a secret in an argument', (...argv) => {
  expect(() => refuseSecretArguments(argv)).toThrow(expect.objectContaining({ code: 'SECRET_ARGUMENT' }));
});

test('the refusal does not repeat the secret', () => {
  try {
    refuseSecretArguments([`--private-key=0x${KEY}`]);
    expect.unreachable();
  } catch (error) {
    expect(String(error)).not.toContain(KEY);
  }
});

test('the id of a case is no secret where one belongs', () => {
  for (const command of [
    ['provider', 'appeal'],
    ['case', 'veto'],
    ['case', 'resolve'],
    ['case', 'execute'],
  ])
    refuseSecretArguments([...command, `0x${KEY}`, '--json']);
});

test('addresses, files and networks are no secrets', () => {
  refuseSecretArguments([
    '--registry',
    `0x${'ab'.repeat(20)}`,
    '--keystore',
    'key.json',
    '--network',
    'eip155:1',
  ]);
});
