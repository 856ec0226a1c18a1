// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what is tested
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { dumpConfig } from './dump.ts';
import { liveConfig } from './liveConfig.ts';
import { checkConfig } from './load.ts';
import { parseConfig } from './parse.ts';
import type { GatewayConfigInput } from './schema.ts';

const KEY = `0x${'ab'.repeat(32)}`;
const settlement = {
  chainId: 59_144,
  rpc: ['https://rpc.example'],
  registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
};
const watcher = { enabled: true, keystore: 'key.json', passwordFile: 'password', stateDir: 'state' };

const check = (wanted: object, more: object = { settlement }) =>
  checkConfig({ ...more, watcher: wanted } as GatewayConfigInput);
const problems = async (wanted: object, more?: object): Promise<string[]> =>
  check(wanted, more).then(
    () => [],
    (error: Error) => error.message.split('\n').map((line) => line.replace(/^\S+ /, '')),
  );

test('a watcher needs a key, a place for its state and a settlement chain, and brings cases', async () => {
  const { watcher: made } = await check(watcher);
  expect(made).toEqual({
    enabled: true,
    keystore: resolve('key.json'),
    passwordFile: resolve('password'),
    stateDir: resolve('state'),
    keeper: true,
  });
});

test('its key may come from the environment, and is in no dump', async () => {
  const text = JSON.stringify({
    settlement,
    watcher: { enabled: true, privateKey: '${KEY}', stateDir: 'state' },
  });
  const { config } = parseConfig(text, { file: 'f', environment: { KEY } });
  expect(config.watcher?.privateKey).toBe(KEY);
  const dump = dumpConfig(await check({ enabled: true, privateKey: KEY, stateDir: 'state' }));
  expect(dump).toContain('privateKey: "***"');
  expect(dump).not.toContain('abab');
});

test('one that is off needs nothing, and is none', async () => {
  expect((await check({ enabled: false })).watcher).toBeUndefined();
  const own = [{ id: 'eip155:1', slug: 'one', upstreams: [{ name: 'a', url: 'http://a' }] }];
  expect(await problems({ enabled: false }, { networks: own })).toEqual([]);
});

test.each([
  [{}, ['watcher.enabled: is missing; allowed: true or false']],
  [
    { ...watcher, keystore: undefined },
    [expect.stringMatching(/^watcher\.keystore: is missing; allowed: keystore with/)],
  ],
  [
    { ...watcher, passwordFile: undefined },
    [expect.stringMatching(/^watcher\.passwordFile: is missing; allowed: keystore with passwordFile, or/)],
  ],
  [
    { ...watcher, privateKey: KEY },
    [
      expect.stringMatching(/^watcher\.keystore: privateKey is there already/),
      expect.stringMatching(/^watcher\.passwordFile: privateKey is there already/),
    ],
  ],
  [
    { ...watcher, stateDir: undefined },
    [expect.stringMatching(/^watcher\.stateDir: is missing; allowed: the path of a/)],
  ],
  [
    { enabled: true },
    [
      expect.stringMatching(/^watcher\.keystore: is missing/),
      expect.stringMatching(/^watcher\.stateDir: is missing/),
    ],
  ],
  [
    { enabled: true, stateDir: 's', privateKey: 'hunter2' },
    [expect.stringMatching(/^watcher\.privateKey: allowed: 64 hexadecimal digits(?!.*hunter2)/)],
  ],
  [
    { ...watcher, keper: false },
    [expect.stringMatching(/^watcher\.keper: unknown key \(did you mean keeper\?\)/)],
  ],
])('%o is refused by name', async (wanted, expected) => {
  expect(await problems(wanted)).toEqual(expected);
});

test('without a chain to attest on, or only a WebSocket to it, it is refused', async () => {
  const own = [{ id: 'eip155:1', slug: 'one', upstreams: [{ name: 'a', url: 'http://a' }] }];
  expect(await problems(watcher, { networks: own })).toEqual([
    'watcher: there is no chain to attest on; allowed: only with settlement',
  ]);
  expect(await problems(watcher, { settlement: { ...settlement, rpc: ['wss://rpc.example'] } })).toEqual([
    expect.stringMatching(/^settlement\.rpc: the watcher sends over HTTP; allowed: at least one/),
  ]);
});

test('a change of it needs a restart', async () => {
  const before = await check(watcher);
  const after = await check({ ...watcher, keeper: false });
  expect(liveConfig(before, after)).toEqual({ config: undefined, needRestart: ['watcher'] });
});
