import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkConfig } from '../router/config/load.ts';
import type { GatewayConfigInput } from '../router/config/schema.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type Behaviour, type FaultyEndpoint, startFaultyEndpoint } from './fixtures/faultyEndpoint.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';
import { startGatewayProcess } from './fixtures/gatewayProcess.ts';

const CHAIN_ID = 1_337;
const EMITTER = `0x${'e1'.repeat(20)}`;
// Logs what it is called with, under one topic: LOG1(calldata).
const EMITTER_CODE = '0x3660006000376007366000a100';
const LAST_BLOCK = 90;

interface VendorFailure {
  readonly name: string;
  readonly method: string;
  readonly error: { readonly code: number; readonly message: string };
}
const { cases }: { cases: VendorFailure[] } = JSON.parse(
  readFileSync(new URL('./fixtures/provider-errors.json', import.meta.url), 'utf8'),
);
const refusals = cases.filter(({ method }) => method === 'eth_getLogs');

let node: Anvil;
const cleanups: (() => Promise<unknown>)[] = [];

async function rpc(method: string, params: readonly unknown[]): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(node.url, { method: 'POST', headers, body });
  return response.text();
}
const resultOf = (text: string): unknown => JSON.parse(text).result;

beforeAll(async () => {
  node = await startAnvil({ chainId: CHAIN_ID, flags: ['--no-mining'] });
  await rpc('anvil_setCode', [EMITTER, EMITTER_CODE]);
  const [from] = resultOf(await rpc('eth_accounts', [])) as string[];
  for (let block = 1; block <= LAST_BLOCK; block += 1) {
    // Blocks of no, one and two logs.
    for (let log = 0; log < block % 3; log += 1) {
      const data = `0x${block.toString(16).padStart(4, '0')}${'0'.repeat(log)}${'5'.repeat(4 - log)}`;
      await rpc('eth_sendTransaction', [{ from, to: EMITTER, data, gas: '0x186a0' }]);
    }
    await rpc('evm_mine', []);
  }
  expect(resultOf(await rpc('eth_blockNumber', []))).toBe(`0x${LAST_BLOCK.toString(16)}`);
}, 60_000);
afterAll(() => node?.stop());

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Filter {
  readonly fromBlock?: string;
  readonly toBlock?: string;
}
const hex = (block: number) => `0x${block.toString(16)}`;
const over = (from: number, to: number | string) => [
  { address: EMITTER, fromBlock: hex(from), toBlock: typeof to === 'number' ? hex(to) : to },
];
const body = (params: unknown, id: unknown = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'eth_getLogs', params });

/** Refuses queries for logs over more blocks than that. */
function refusing(most: number, error: { readonly code: number; readonly message: string }): Behaviour {
  return ({ method, params }) => {
    if (method !== 'eth_getLogs') return { kind: 'pass' };
    const { fromBlock, toBlock } = params[0] as Filter;
    const block = (bound = 'latest') => (bound.startsWith('0x') ? Number(bound) : LAST_BLOCK);
    return block(toBlock) - block(fromBlock) < most ? { kind: 'pass' } : { kind: 'error', ...error };
  };
}

async function endpoint(behaviour: Behaviour): Promise<FaultyEndpoint> {
  const made = await startFaultyEndpoint(node.url);
  cleanups.push(() => made.die().catch(() => undefined));
  made.behave(behaviour);
  return made;
}

const config = (endpoints: readonly FaultyEndpoint[], more: GatewayConfigInput = {}): GatewayConfigInput => ({
  networks: [
    {
      id: `eip155:${CHAIN_ID}`,
      slug: 'devnet',
      upstreams: endpoints.map(({ url }, index) => ({ name: `own-${index}`, url })),
    },
  ],
  routing: { deadlineMs: 60_000, attemptTimeoutMs: 30_000 },
  ...more,
});

async function gatewayOf(
  endpoints: readonly FaultyEndpoint[],
  more?: GatewayConfigInput,
): Promise<TestGateway> {
  const gateway = await startTestGateway(config(endpoints, more));
  cleanups.push(gateway.close);
  await gateway.ready();
  return gateway;
}

const anyRefusal = { code: -32_600, message: 'block range is too wide' };
const askedForLogs = ({ asked }: FaultyEndpoint) => asked.filter((method) => method === 'eth_getLogs').length;

describe('eth_getLogs over more blocks than any node takes', () => {
  it('has vendors to refuse it', () => {
    expect(refusals.length).toBeGreaterThanOrEqual(5);
  });

  it.each(refusals)(
    '$name: the answer is the one of a node without a limit, byte for byte',
    async ({ error }) => {
      const gateway = await gatewayOf([
        await endpoint(refusing(7, error)),
        await endpoint(refusing(11, error)),
      ]);
      for (const params of [over(0, LAST_BLOCK), over(5, 44), over(1, 'latest'), over(0, 'finalized')]) {
        const { text } = await gateway.post('devnet', body(params));
        expect(text).toBe(await rpc('eth_getLogs', params));
      }
      expect(resultOf(await rpc('eth_getLogs', over(0, 'latest')))).toHaveLength(LAST_BLOCK);
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
      expect(metrics).toMatch(/din_log_splits_total\{network="devnet",result="result"\} [1-9]/);
      expect(metrics).toMatch(/din_calls_total\{network="devnet",result="result"\} 4/);
    },
  );

  it('in a batch each query is split on its own, and the order is kept', async () => {
    const gateway = await gatewayOf([await endpoint(refusing(10, anyRefusal))], { logs: { maxBlocks: 60 } });
    await gateway.post('devnet', body(over(0, 40)));
    const chainId = { jsonrpc: '2.0', id: 'c', method: 'eth_chainId' };
    const calls = [
      body(over(20, 79), 'a'),
      JSON.stringify(chainId),
      body(over(0, 60), 'b'),
      body(over(3, 5), null),
    ];
    const { text } = await gateway.post('devnet', `[${calls.join(',')}]`);
    const listOf = async (from: number, to: number) => {
      const direct = await rpc('eth_getLogs', over(from, to));
      return direct.slice(direct.indexOf('['), -1);
    };
    const refused =
      '{"code":-32005,"message":"block range of 61 blocks is too large: ask for at most 60 blocks at a time"}';
    expect(text).toBe(
      `[{"jsonrpc":"2.0","id":"a","result":${await listOf(20, 79)}},` +
        `{"jsonrpc":"2.0","id":"c","result":"${hex(CHAIN_ID)}"},` +
        `{"jsonrpc":"2.0","id":"b","error":${refused}},` +
        `{"jsonrpc":"2.0","id":null,"result":${await listOf(3, 5)}}]`,
    );
  });

  it('one of two nodes dies meanwhile: nothing is missing', async () => {
    const dying = await endpoint(refusing(4, anyRefusal));
    const gateway = await gatewayOf([dying, await endpoint(refusing(4, anyRefusal))]);
    await gateway.post('devnet', body(over(0, 20)));
    const before = askedForLogs(dying);
    const answer = gateway.post('devnet', body(over(0, LAST_BLOCK)));
    await vi.waitFor(() => expect(askedForLogs(dying)).toBeGreaterThan(before), {
      interval: 1,
      timeout: 30_000,
    });
    await dying.die();
    expect((await answer).text).toBe(await rpc('eth_getLogs', over(0, LAST_BLOCK)));
  });

  it('beyond the bounds it is refused without asking a node, and a changed bound counts at once', async () => {
    const limited = await endpoint(refusing(10, anyRefusal));
    const gateway = await gatewayOf([limited]);
    await gateway.post('devnet', body(over(0, LAST_BLOCK)));
    gateway.reload(
      await checkConfig({ listen: '127.0.0.1:0', ...config([limited], { logs: { maxBlocks: 50 } }) }),
    );
    const before = askedForLogs(limited);
    expect(JSON.parse((await gateway.post('devnet', body(over(0, 50)))).text)).toMatchObject({
      error: { code: -32_005, message: expect.stringContaining('at most 50 blocks') },
    });
    expect(askedForLogs(limited)).toBe(before);
    const { text } = await gateway.post('devnet', body(over(0, 49)));
    expect(text).toBe(await rpc('eth_getLogs', over(0, 49)));
    // The caller asked for too much: no failure of the gateway.
    expect(gateway.log.filter((line) => line.includes('call_failed"'))).toEqual([]);
  });

  it('workers do the same', async () => {
    const limited = await endpoint(refusing(10, anyRefusal));
    const gateway = await startGatewayProcess({ ...config([limited]), workers: 2 });
    cleanups.push(gateway.stop);
    await gateway.ready();
    const truth = await rpc('eth_getLogs', over(0, LAST_BLOCK));
    const post = async () => {
      // A connection of its own: they go to the workers in turn.
      const headers = { connection: 'close', 'x-din-details': '1' };
      const request = { method: 'POST', headers, body: body(over(0, LAST_BLOCK)) };
      const response = await fetch(`${gateway.url}/devnet`, request);
      return { parts: Number(response.headers.get('x-din-parts')), text: await response.text() };
    };
    for (let time = 0; time < 4; time += 1) {
      const { parts, text } = await post();
      expect(text).toBe(truth);
      expect(parts).toBeGreaterThanOrEqual(LAST_BLOCK / 10);
    }
    await gateway.write({ ...config([limited], { logs: { maxParts: 4 } }), workers: 2 });
    await vi.waitFor(async () => expect((await post()).text).toContain('"code":-32005'), { timeout: 30_000 });
  });
});
