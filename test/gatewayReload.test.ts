import { afterEach, describe, expect, test } from 'vitest';
import type { GatewayConfigInput } from '../router/config/schema.ts';
import { type GatewayProcess, startGatewayProcess } from './fixtures/gatewayProcess.ts';
import { type NamedNode, startNamedNode } from './fixtures/namedNode.ts';

const WAIT = { timeout: 60_000, interval: 20 };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function node(name: string): Promise<NamedNode> {
  const made = await startNamedNode(name);
  cleanups.push(made.close);
  return made;
}

async function gateway(from: GatewayConfigInput): Promise<GatewayProcess> {
  const made = await startGatewayProcess(from);
  cleanups.push(made.stop);
  await made.ready();
  return made;
}

const config = (upstream: NamedNode, more: GatewayConfigInput = {}): GatewayConfigInput => ({
  networks: [{ id: 'eip155:1337', slug: 'devnet', upstreams: [{ name: 'own', url: upstream.url }] }],
  routing: { attemptTimeoutMs: 600_000, deadlineMs: 600_000 },
  ...more,
});

describe.each([1, 2])('with %i process(es)', (workers) => {
  test('an edited file takes effect while calls run, and none of them fails', async () => {
    const [old, now] = [await node('old'), await node('new')];
    const made = await gateway(config(old, { workers }));
    const waiting = made.call('eth_wait');
    await expect.poll(() => old.waiting.length, WAIT).toBe(1);
    const answers: unknown[] = [];
    let stop = false;
    const callers = Array.from({ length: 4 }, async () => {
      while (!stop) answers.push(await made.call('web3_clientVersion'));
    });
    await expect.poll(() => answers.length, WAIT).toBeGreaterThan(8);
    await made.write(config(now, { workers }));
    await made.logged('configuration_changed');
    await expect.poll(() => JSON.stringify(answers.at(-1)), WAIT).toContain('new');
    stop = true;
    await Promise.all(callers);
    for (const answer of answers) {
      expect([{ result: 'old' }, { result: 'new' }]).toContainEqual({
        result: (answer as { result: unknown }).result,
      });
    }
    // The one that was in flight all the while is answered by the service that has left.
    for (const answer of old.waiting) answer();
    expect(await waiting).toMatchObject({ result: 'old' });
    const { totals, networks } = await made.status();
    expect(totals.failed).toBe(0);
    expect(networks[0]?.services).toMatchObject([{ label: 'own' }]);
  });

  test('limits take effect', async () => {
    const upstream = await node('one');
    const made = await gateway(config(upstream, { workers }));
    const long = `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":["${'x'.repeat(2_000)}"]}`;
    const post = async () => {
      const response = await fetch(`${made.url}/devnet`, { method: 'POST', body: long });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await post()).toBe(200);
    await made.write(config(upstream, { workers, limits: { maxBodyBytes: 1_024 } }));
    await expect.poll(post, WAIT).toBe(413);
  });
});

test('a file with an error is refused with its place, by SIGHUP too, and the old one stays', async () => {
  const made = await gateway(config(await node('one')));
  await made.write('networks:\n  - { id: nonsense, slug: devnet }\n');
  const refused = await made.logged('configuration_refused');
  expect(refused).toMatchObject({
    level: 'error',
    problems: expect.arrayContaining([expect.objectContaining({ line: 2, field: 'networks[0].id' })]),
  });
  expect(await made.call('web3_clientVersion')).toMatchObject({ result: 'one' });
  made.child.kill('SIGHUP');
  await made.logged('configuration_refused', 2);
  expect(await made.call('web3_clientVersion')).toMatchObject({ result: 'one' });
});

test('what needs a restart is named, and the rest takes effect', async () => {
  const [old, now] = [await node('old'), await node('new')];
  const made = await gateway(config(old));
  await made.write({ ...config(now), listen: '127.0.0.1:1', workers: 3 });
  expect(await made.logged('configuration_needs_restart')).toMatchObject({
    level: 'warn',
    fields: ['listen', 'workers'],
  });
  await made.logged('configuration_changed');
  expect(await made.call('web3_clientVersion')).toMatchObject({ result: 'new' });
});
