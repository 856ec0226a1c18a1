import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { gatewayConfigSchema } from '../router/config/schema.ts';
import type { RoutePage } from '../router/gateway/routePage.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type DinRun, errorCode, run } from './fixtures/cliChain.ts';
import { type GatewayProcess, startGatewayProcess } from './fixtures/gatewayProcess.ts';

const CHAIN_ID = 1337;
const WAIT = { timeout: 60_000, interval: 50 };

let gateway: GatewayProcess;
let nodes: Anvil[];
let dead: Anvil;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'din-route-'));
  const [one, two, other, doomed] = await Promise.all([
    startAnvil({ chainId: CHAIN_ID }),
    startAnvil({ chainId: CHAIN_ID }),
    startAnvil({ chainId: 4 }),
    startAnvil({ chainId: CHAIN_ID }),
  ]);
  nodes = [one, two, other];
  dead = doomed;
  gateway = await startGatewayProcess({
    networks: [
      {
        id: `eip155:${CHAIN_ID}`,
        slug: 'devnet',
        upstreams: [
          { name: 'one', url: one.url, weight: 3 },
          { name: 'two', url: two.url, capabilities: ['full', 'debug'] },
          { name: 'other-chain', url: other.url },
          { name: 'dead', url: dead.url },
        ],
      },
    ],
    // However loaded the machine is, no answer is late.
    routing: { attemptTimeoutMs: 600_000, deadlineMs: 600_000 },
    heads: { pollIntervalMs: 100 },
  });
  await gateway.ready();
  await dead.stop();
  // All polls that decide have come: the dead one missed some, the others told their chain.
  await vi.waitFor(async () => {
    const services = (await gateway.status()).networks[0]?.services ?? [];
    expect(services.map(({ reason }) => reason)).toEqual([null, null, 'wrong-chain', 'silent']);
  }, WAIT);
});
afterAll(async () => {
  await gateway?.stop();
  await Promise.all(nodes?.map((node) => node.stop()) ?? []);
  await rm(dir, { recursive: true, force: true });
});

const din = (...argv: string[]): Promise<DinRun> => run(argv, {});
const explain = (...argv: string[]) => din('route', 'explain', ...argv, '--url', gateway.url);
const page = async (...argv: string[]) => {
  const made = await explain(...argv, '--json');
  if (made.code !== 0) throw new Error(made.err);
  return made.json() as unknown as RoutePage & { ok: boolean };
};

describe('din route explain', () => {
  test.each(['devnet', `eip155:${CHAIN_ID}`, String(CHAIN_ID)])(
    'prints the ranking of %s as JSON',
    async (name) => {
      const found = await page(name, 'eth_call');
      expect(found).toMatchObject({
        ok: true,
        network: { caip2: `eip155:${CHAIN_ID}`, slug: 'devnet', head: 0 },
        call: { method: 'eth_call', kind: 'read', capabilities: ['full'], block: null, mirrored: true },
        counts: { services: 4, eligible: 2, byReason: { silent: 1, 'wrong-chain': 1 } },
        ...{ processes: 1, sessionAt: null, omitted: 0 },
      });
      expect(found.ranking.map(({ label }) => label).sort()).toEqual(['dead', 'one', 'other-chain', 'two']);
      expect(found.ranking.slice(2)).toMatchObject([
        {
          label: 'dead',
          turn: 'last-resort',
          reason: 'silent',
          share: 0,
          because: expect.stringContaining('polls'),
        },
        {
          label: 'other-chain',
          turn: 'never',
          reason: 'wrong-chain',
          remedy: expect.stringContaining('url'),
        },
      ]);
      const [first, second] = found.ranking;
      expect((first?.share ?? 0) + (second?.share ?? 0)).toBeCloseTo(1, 4);
      expect(JSON.stringify(found)).not.toMatch(/http|127\.0/);
    },
  );

  test('prints it for people, with what would mend it', async () => {
    const made = await explain(
      'devnet',
      'eth_getBalance',
      '["0x00000000219ab540356cBB839Cbe05303d7705Fa","0x0"]',
    );
    expect(made.code).toBe(0);
    expect(made.out).toContain(`eth_getBalance on devnet (eip155:${CHAIN_ID}), head 0`);
    expect(made.out).toContain('needs full; names block 0');
    expect(made.out).toContain('2 of 4 services eligible');
    expect(made.out).toMatch(/^3 +dead +own +0 % .*last resort: silent$/m);
    expect(made.out).toMatch(/^4 +other-chain .*never: wrong-chain$/m);
    expect(made.out).toMatch(/^ {2}other-chain: it serves another chain \(correct its url/m);
    expect(made.err).toBe('');
  });

  test('follows the method: what it needs, how often it may be sent, the block that it names', async () => {
    const traced = await page('devnet', 'debug_traceTransaction');
    expect(traced.call).toMatchObject({ capabilities: ['debug'], mirrored: false });
    expect(traced.ranking[0]).toMatchObject({ label: 'two', share: 1 });
    expect((await page('devnet', 'eth_sendRawTransaction')).call).toMatchObject({ kind: 'send', fanout: 3 });
    expect((await page('devnet', 'evm_mine')).call.kind).toBe('once');
    const ahead = await page('devnet', 'eth_getBlockByNumber', '["0x10",false]');
    expect(ahead.call.block).toBe(16);
    expect(ahead.counts.byReason['behind-block']).toBe(2);
    expect((await explain('devnet', 'evm_mine')).out).toContain('never sent again');
    const logs = ['devnet', 'eth_getLogs', '[{"fromBlock":"0x0","toBlock":"0x0"}]'];
    expect((await page(...logs)).call.logs).toEqual({ blocks: 1, limit: null });
    expect((await explain(...logs)).out).toContain('Spans 1 block: asked whole');
  });

  test('says where a session’s calls go, and they do', async () => {
    for (const session of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const { sessionAt, ranking } = await page('devnet', 'eth_chainId', '--session', session);
      expect(ranking[0]).toMatchObject({ label: sessionAt, share: 1 });
      const answer = await fetch(`${gateway.url}/devnet`, {
        method: 'POST',
        headers: { 'x-din-session': session, 'x-din-details': '1' },
        body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}',
      });
      expect(answer.headers.get('x-din-service')).toBe(sessionAt);
    }
    expect((await explain('devnet', 'eth_chainId', '--session', 'a')).out).toMatch(
      /session's calls go to (one|two)$/m,
    );
  });

  test('finds the gateway by the file that it runs by', async () => {
    const file = join(dir, 'gateway.yaml');
    const config = (listen: string) =>
      writeFile(
        file,
        JSON.stringify({
          listen,
          networks: [{ id: 'eip155:1', slug: 'a', upstreams: [{ name: 'a', url: 'http://a' }] }],
        }),
      );
    await config(`0.0.0.0:${new URL(gateway.url).port}`);
    const found = await din('route', 'explain', 'devnet', 'eth_call', '--config', file, '--json');
    expect(found.json()).toMatchObject({ ok: true, network: { slug: 'devnet' } });
    await config('127.0.0.1:0');
    const any = await din('route', 'explain', 'devnet', 'eth_call', '--config', file, '--json');
    expect([any.code, errorCode(any)]).toEqual([2, 'USAGE']);
  });

  test('names the network that was meant', async () => {
    const made = await explain('devent', 'eth_call', '--json');
    expect([made.code, errorCode(made)]).toEqual([1, 'UNKNOWN_NETWORK']);
    expect(made.err).toContain('did you mean devnet?');
  });

  test.each([
    ['parameters that are no JSON', ['devnet', 'eth_call', '[0x1]']],
    ['parameters that are neither list nor object', ['devnet', 'eth_call', '"latest"']],
    ['parameters too long to send', ['devnet', 'eth_call', JSON.stringify(['0x'.padEnd(20_000, '0')])]],
    ['a session of another form', ['devnet', 'eth_call', '--session', 'two words']],
    ['no method', ['devnet', '']],
  ])('refuses %s', async (_name, argv) => {
    const made = await explain(...argv, '--json');
    expect([made.code, errorCode(made)]).toEqual([2, 'USAGE']);
  });

  test('refuses an address that is none, and one beside a file', async () => {
    const wrong = await din('route', 'explain', 'devnet', 'eth_call', '--url', 'ftp://a', '--json');
    expect([wrong.code, errorCode(wrong)]).toEqual([2, 'USAGE']);
    expect((await explain('devnet', 'eth_call', '--config', 'a.yaml')).code).toBe(2);
  });

  test('says that no gateway runs, or that something else does', async () => {
    const nobody = await din('route', 'explain', 'devnet', 'eth_call', '--url', dead.url, '--json');
    expect([nobody.code, errorCode(nobody)]).toEqual([1, 'GATEWAY_UNREACHABLE']);
    expect(nobody.err).toContain('Is it running?');
    const [node] = nodes;
    const other = await din('route', 'explain', 'devnet', 'eth_call', '--url', node?.url ?? '', '--json');
    expect([other.code, errorCode(other)]).toEqual([1, 'NOT_A_GATEWAY']);
  });

  test('shows examples, and the address that a gateway has by itself', async () => {
    const { out, code } = await din('route', 'explain', '--help');
    expect(code).toBe(0);
    expect(out).toContain('din route explain ethereum eth_call');
    expect(out).toContain(`http://${gatewayConfigSchema.shape.listen.parse(undefined)}`);
  });
});
