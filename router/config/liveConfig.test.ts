import { expect, test } from 'vitest';
import { liveConfig } from './liveConfig.ts';
import { checkConfig } from './load.ts';
import type { GatewayConfigInput } from './schema.ts';

const upstream = (name: string) => ({ name, url: 'http://127.0.0.1:1' });
const WRITTEN: GatewayConfigInput = {
  networks: [
    { id: 'eip155:1', slug: 'one', upstreams: [upstream('a')] },
    { id: 'eip155:2', slug: 'two', upstreams: [upstream('b')] },
  ],
};
const before = await checkConfig(WRITTEN);

test('the same file again changes nothing', async () => {
  expect(liveConfig(before, await checkConfig(WRITTEN))).toEqual({ config: undefined, needRestart: [] });
});

test('a network that did not change is the same object', async () => {
  const [one, two] = WRITTEN.networks ?? [];
  if (!one || !two) throw new Error('two are written above');
  const wanted = await checkConfig({ networks: [two, { ...one, upstreams: [upstream('c')] }] });
  const { config } = liveConfig(before, wanted);
  expect(config?.networks[0]).toBe(before.networks[1]);
  expect(config?.networks[1]).toEqual(wanted.networks[1]);
});

test('what is opened once stays as it was and is named; the rest is new', async () => {
  const wanted = await checkConfig({
    ...WRITTEN,
    listen: '127.0.0.1:1',
    metrics: { listen: '127.0.0.1:2' },
    settlement: { chainId: 1, rpc: ['http://x'], registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3' },
    routing: { maxAttempts: 3 },
  });
  const { config, needRestart } = liveConfig(before, wanted);
  expect(needRestart).toEqual(['listen', 'metrics', 'settlement']);
  expect(config).toEqual({ ...before, routing: wanted.routing });
});

test('a change that needs a restart alone changes nothing now', async () => {
  const wanted = await checkConfig({ ...WRITTEN, workers: 'auto' });
  expect(liveConfig(before, wanted)).toEqual({ config: undefined, needRestart: ['workers'] });
});
