import { expect, test } from 'vitest';
import { dumpConfig } from './dump.ts';
import { checkConfig } from './load.ts';
import { parseConfig } from './parse.ts';
import { redactConfig } from './redact.ts';

const config = await checkConfig({
  networks: [
    {
      id: 'eip155:1',
      slug: 'ethereum',
      upstreams: [{ name: 'own-1', url: 'https://me:hunter2@node.example/v3/hunter2?key=hunter2' }],
    },
  ],
  settlement: {
    chainId: 59_144,
    rpc: ['https://rpc.example/hunter2', 'wss://rpc.example/hunter2'],
    registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
    source: 'graphql',
    graphqlUrl: 'https://me:hunter2@indexer.example/hunter2',
    checkpoint: false,
  },
});

test('shows what is in force, without secrets', () => {
  const text = dumpConfig(config);
  expect(text).not.toContain('hunter2');
  expect(text).toContain('https://***@node.example/***');
  expect(text).toContain('deadlineMs: 10000');
});

test('what it prints is a configuration again', () => {
  const again = parseConfig(dumpConfig(config), { file: 'dump', environment: {} }).config;
  expect(again).toEqual(redactConfig(config));
});
