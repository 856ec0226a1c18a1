import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createGuardedLookup, isPublicAddress } from './addressGuard.ts';

describe('isPublicAddress', () => {
  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '100.63.255.255',
    '172.32.0.1',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
  ])('accepts %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
  ])('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('guarded lookup', () => {
  const lookup = (addresses: LookupAddress[] | NodeJS.ErrnoException, all: boolean) =>
    new Promise<unknown[]>((resolve) => {
      const guarded = createGuardedLookup((_name, _options, done) =>
        Array.isArray(addresses) ? done(null, addresses) : done(addresses, []),
      );
      guarded('node.example', { all }, (...answer) => resolve(answer));
    });
  const v4 = (address: string) => ({ address, family: 4 });

  it('passes on exactly the addresses that it checked', async () => {
    const addresses = [v4('1.1.1.1'), v4('8.8.8.8')];
    expect(await lookup(addresses, true)).toEqual([null, addresses]);
    expect(await lookup(addresses, false)).toEqual([null, '1.1.1.1', 4]);
  });

  it('refuses a name with one private address among public ones', async () => {
    const [error] = await lookup([v4('1.1.1.1'), v4('127.0.0.1')], true);
    expect(error).toMatchObject({ code: 'PRIVATE_ADDRESS' });
  });

  it('refuses a name without addresses, and passes on failures', async () => {
    expect((await lookup([], true))[0]).toMatchObject({ code: 'PRIVATE_ADDRESS' });
    const failure = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    expect((await lookup(failure, true))[0]).toBe(failure);
  });
});
