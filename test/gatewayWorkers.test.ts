import { Agent, request } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import type { GatewayConfigInput } from '../router/config/schema.ts';
import type { RoutePage } from '../router/gateway/routePage.ts';
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

const config = (...nodes: readonly NamedNode[]): GatewayConfigInput => ({
  workers: 2,
  networks: [
    {
      id: 'eip155:1337',
      slug: 'devnet',
      upstreams: nodes.map(({ url }, i) => ({ name: `own-${i}`, url })),
    },
  ],
  // A call that waits is not joined, and no poll is late on a loaded machine.
  routing: { attemptTimeoutMs: 600_000, deadlineMs: 600_000 },
  heads: { pollIntervalMs: 100 },
  shutdown: { timeoutMs: 60_000 },
});

async function gateway(from: GatewayConfigInput): Promise<GatewayProcess> {
  const made = await startGatewayProcess(from);
  cleanups.push(made.stop);
  await made.ready();
  return made;
}

const pidsOf = (made: GatewayProcess) =>
  made
    .log()
    .filter(({ event }) => event === 'worker_serving')
    .map(({ pid }) => Number(pid));

/** Its connections are its own: the first goes to one worker, the next to the other, in turn. */
function client(made: GatewayProcess) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(async () => agent.destroy());
  return (method: string) =>
    new Promise<string>((resolve, reject) => {
      const sent = request(`${made.url}/devnet`, { method: 'POST', agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }));
    });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const sample = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length) ?? 0,
  );
const CALLS = 'din_calls_total{network="devnet",result="result"}';

test('two workers serve, and each page is about the whole gateway', async () => {
  const made = await gateway(config(await node('one')));
  const clients = Array.from({ length: 4 }, () => client(made));
  for (const call of clients) {
    for (let calls = 0; calls < 5; calls += 1) expect(await call('web3_clientVersion')).toContain('"one"');
  }
  // Asked several times, over connections to either worker.
  for (let looks = 0; looks < 4; looks += 1) {
    const { totals, networks } = await made.status();
    expect(totals).toEqual({ calls: 20, failed: 0, failovers: 0 });
    expect(networks[0]?.services[0]).toMatchObject({ label: 'own-0', state: 'eligible', calls: 20, head: 1 });
    const text = await made.metrics();
    expect(sample(text, CALLS)).toBe(20);
    expect(sample(text, 'din_call_duration_seconds_count{network="devnet"}')).toBe(20);
    expect(sample(text, 'din_service_eligible{network="devnet",service="own-0"}')).toBe(1);
    expect(sample(text, 'din_network_head_block{network="devnet"}')).toBe(1);
    expect(sample(text, 'din_workers')).toBe(2);
    expect(text.match(/^# TYPE din_calls_total /gm)).toHaveLength(1);
  }
});

test('who would answer a call is told for all workers together, whichever is asked', async () => {
  const [one, two] = [await node('one'), await node('two')];
  const made = await gateway(config(one, two));
  const clients = Array.from({ length: 4 }, () => client(made));
  const ended = clients.map((call) => call('eth_wait'));
  await expect.poll(() => one.waiting.length + two.waiting.length, WAIT).toBe(4);
  for (let looks = 0; looks < 4; looks += 1) {
    const response = await fetch(`${made.url}/status/route?network=devnet&method=eth_call`);
    const page = (await response.json()) as RoutePage;
    expect(page).toMatchObject({ processes: 2, counts: { services: 2, eligible: 2 } });
    const inFlight = Object.fromEntries(page.ranking.map((each) => [each.label, each.inFlight]));
    expect(inFlight).toEqual({ 'own-0': one.waiting.length, 'own-1': two.waiting.length });
    expect(page.ranking.map(({ eligibleIn }) => eligibleIn)).toEqual([2, 2]);
    expect(page.ranking.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
  }
  const unknown = await fetch(`${made.url}/status/route?network=nowhere&method=eth_call`);
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { networks: ['devnet'] }]);
  for (const answer of [...one.waiting, ...two.waiting]) answer();
  await Promise.all(ended);
});

test("a killed worker loses its own calls in flight and no one else's, is replaced, and stays counted", async () => {
  const upstream = await node('one');
  const made = await gateway(config(upstream));
  const [one, two] = [client(made), client(made)];
  await one('web3_clientVersion');
  await two('web3_clientVersion');
  await made.status();
  const ended: string[] = [];
  for (const [name, call] of [
    ['one', one],
    ['two', two],
  ] as const) {
    void call('eth_wait').then(
      () => ended.push(`${name} answered`),
      () => ended.push(`${name} reset`),
    );
  }
  await expect.poll(() => upstream.waiting.length, WAIT).toBe(2);
  const [doomed = 0] = pidsOf(made);
  process.kill(doomed, 'SIGKILL');
  await expect.poll(() => ended.length, WAIT).toBe(1);
  expect(ended[0]).toMatch(/reset$/);
  expect(await made.logged('worker_died')).toMatchObject({ level: 'error', pid: doomed, signal: 'SIGKILL' });
  // Others are served while there is but one.
  for (let calls = 0; calls < 10; calls += 1) expect(await client(made)('eth_chainId')).toContain('0x539');
  await made.logged('worker_serving', 3);
  for (let calls = 0; calls < 4; calls += 1) expect(await client(made)('eth_chainId')).toContain('0x539');
  for (const answer of upstream.waiting) answer();
  await expect.poll(() => ended.length, WAIT).toBe(2);
  expect(ended[1]).toMatch(/answered$/);
  const text = await made.metrics();
  // Two before, ten and four after, and the one that waited.
  expect(sample(text, CALLS)).toBe(17);
  expect(sample(text, 'din_workers')).toBe(2);
  expect((await made.status()).totals).toMatchObject({ calls: 17, failed: 0 });
});

test('a connection that a dying worker was about to take ends, and does not hang', async () => {
  const made = await gateway(config(await node('one')));
  const [doomed = 0] = pidsOf(made);
  // It takes nothing any more, and nobody knows.
  process.kill(doomed, 'SIGSTOP');
  const calls = [client(made)('eth_chainId'), client(made)('eth_chainId')].map((call) =>
    call.then(
      () => 'answered',
      () => 'ended',
    ),
  );
  expect(await Promise.race(calls)).toBe('answered');
  process.kill(doomed, 'SIGKILL');
  expect((await Promise.all(calls)).toSorted()).toEqual(['answered', 'ended']);
});

test('a worker that hangs is ended and replaced; the others serve meanwhile', async () => {
  const made = await gateway(config(await node('one')));
  const clients = [client(made), client(made)];
  for (const call of clients) await call('eth_chainId');
  const [hung = 0] = pidsOf(made);
  process.kill(hung, 'SIGSTOP');
  const ended: string[] = [];
  const first = await Promise.race(
    clients.map(async (call, i) => {
      await call('eth_chainId').then(
        () => ended.push('answered'),
        () => ended.push('reset'),
      );
      return i;
    }),
  );
  expect(ended).toEqual(['answered']);
  // Until then its connections wait, and all others are served.
  await vi.waitUntil(async () => {
    expect(await clients[first]?.('eth_chainId')).toContain('0x539');
    return made.log().some(({ event }) => event === 'worker_hung');
  }, WAIT);
  expect(await made.logged('worker_hung')).toMatchObject({ level: 'error', pid: hung });
  expect(await made.logged('worker_died')).toMatchObject({ pid: hung, signal: 'SIGKILL' });
  await expect.poll(() => ended, WAIT).toEqual(['answered', 'reset']);
  await made.logged('worker_serving', 3);
  for (let calls = 0; calls < 4; calls += 1) expect(await client(made)('eth_chainId')).toContain('0x539');
  const text = await made.metrics();
  expect(sample(text, 'din_worker_deaths_total{reason="hung"}')).toBe(1);
  expect(sample(text, 'din_worker_deaths_total{reason="died"}')).toBe(0);
});

test('no client sees the head go backwards, whichever worker it asks', async () => {
  const upstream = await node('one');
  upstream.head = 1_000;
  const made = await gateway(config(upstream));
  const head = async (call: ReturnType<typeof client>) =>
    Number((JSON.parse(await call('eth_blockNumber')) as { result: string }).result);
  const [one, two] = [client(made), client(made)];
  expect(await head(one)).toBe(1_000);
  for (let block = 1_001; block <= 1_020; block += 1) {
    const [first, second] = block % 2 === 0 ? [one, two] : [two, one];
    upstream.head = block;
    expect(await head(first)).toBe(block);
    upstream.head = block - 1;
    expect(await head(second)).toBe(block);
  }
  // Nor one whose worker has told nobody anything.
  for (const [i, pid] of pidsOf(made).entries()) {
    process.kill(pid, 'SIGKILL');
    await made.logged('worker_serving', 3 + i);
  }
  const clients = [client(made), client(made)];
  for (const call of clients) expect(await head(call)).toBe(1_020);
  // A chain that begins anew is another matter.
  upstream.head = 7;
  for (const call of clients) {
    await vi.waitFor(async () => expect(await head(call)).toBe(7), WAIT);
  }
});

test('a change of the services reaches all workers', async () => {
  const [old, now] = [await node('old'), await node('new')];
  const made = await gateway(config(old));
  const clients = Array.from({ length: 4 }, () => client(made));
  for (const call of clients) expect(await call('web3_clientVersion')).toContain('"old"');
  await made.write(config(now));
  await made.logged('configuration_changed');
  for (const call of clients) {
    await vi.waitFor(async () => expect(await call('web3_clientVersion')).toContain('"new"'), WAIT);
  }
});

test('SIGTERM: calls in flight in all workers are answered, then all processes end', async () => {
  const upstream = await node('one');
  const made = await gateway({ ...config(upstream), shutdown: { delayMs: 0, timeoutMs: 60_000 } });
  const answers = Promise.all([client(made)('eth_wait'), client(made)('eth_wait')]);
  await expect.poll(() => upstream.waiting.length, WAIT).toBe(2);
  made.child.kill('SIGTERM');
  await made.logged('gateway_draining');
  // Both have closed the port: nothing more comes in.
  const refused = () =>
    client(made)('eth_chainId').then(
      () => 'served',
      () => 'refused',
    );
  await expect.poll(refused, WAIT).toBe('refused');
  for (const answer of upstream.waiting) answer();
  for (const answer of await answers) expect(answer).toContain('"one"');
  expect(await made.ended).toBe(0);
  expect(await made.logged('gateway_closed')).toMatchObject({ failed: 0 });
  for (const pid of pidsOf(made)) expect(isAlive(pid)).toBe(false);
});

test('workers do not outlive a primary that was killed', async () => {
  const made = await gateway(config(await node('one')));
  const pids = pidsOf(made);
  expect(pids.map(isAlive)).toEqual([true, true]);
  made.child.kill('SIGKILL');
  await expect.poll(() => pids.map(isAlive), WAIT).toEqual([false, false]);
});

test('a port in use ends the gateway at once, with the reason', async () => {
  const first = await gateway(config(await node('one')));
  const second = startGatewayProcess({
    ...config(),
    ...config(await node('two')),
    listen: new URL(first.url).host,
  });
  await expect(second).rejects.toThrow(/PORT_IN_USE|is in use/);
});
