import { describe, expect, it } from 'vitest';
import {
  CONFIG_VARIABLE,
  type IndexerConfig,
  IndexerConfigError,
  readIndexerConfig,
} from './indexerConfig.ts';

const ADDRESS = '0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB';
const HASH = `0x${'1a'.repeat(32)}` as const;
const config: IndexerConfig = {
  chainId: 31337,
  rpc: ['https://rpc.example/secret-key'],
  pollingIntervalMs: 1_000,
  database: { kind: 'pglite', directory: '/data' },
  deployments: [
    {
      registry: ADDRESS,
      vault: ADDRESS,
      deploymentBlock: 7,
      base: { number: 6, hash: HASH, parentHash: HASH, timestamp: 1 },
      courts: [{ court: ADDRESS, hub: ADDRESS }],
      escrows: [],
    },
  ],
};

const read = (value: unknown) => readIndexerConfig({ [CONFIG_VARIABLE]: JSON.stringify(value) });

describe('readIndexerConfig()', () => {
  it('gives back what was written, addresses checksummed', () => {
    expect(read(config)).toEqual(config);
    const [deployment] = config.deployments;
    const lower = { ...config, deployments: [{ ...deployment, vault: ADDRESS.toLowerCase() }] };
    expect(read(lower)).toEqual(config);
  });

  it.each([
    { rpc: [] },
    { rpc: ['secret-key'] },
    { pollingIntervalMs: 99 },
    { database: { kind: 'mysql', url: 'mysql://secret-key' } },
    { deployments: [] },
    { deployments: [{ registry: 'secret-key' }] },
  ])('refuses %j without repeating it', (change) => {
    const refused = () => read({ ...config, ...change });
    expect(refused).toThrow(IndexerConfigError);
    expect(refused).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret-key') }));
    expect(refused).toThrow(Object.keys(change)[0]);
  });

  it('refuses what is not there or no JSON', () => {
    expect(() => readIndexerConfig({})).toThrow(IndexerConfigError);
    expect(() => readIndexerConfig({ [CONFIG_VARIABLE]: '{' })).toThrow(IndexerConfigError);
  });
});
