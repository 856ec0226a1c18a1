import { request } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FAULT_MODES, parseFault, UnknownFaultError } from '../scripts/devnet/fault.ts';
import { createFaultSwitch, SwitchError } from '../scripts/devnet/faultSwitch.ts';
import { type ProviderNode, startProviderNode } from '../scripts/devnet/providerNode.ts';
import type { Json } from '../scripts/devnet/rpcItems.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';

const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

let anvil: Anvil;
let provider: ProviderNode;
let exits: number;

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 1337 });
});
afterAll(() => anvil.stop());
beforeEach(async () => {
  exits = 0;
  provider = await startProviderNode({
    nodeUrl: anvil.url,
    port: 0,
    controlPort: 0,
    exit: () => {
      exits += 1;
    },
  });
});
afterEach(() => provider.close());

const call = (method: string, ...params: Json[]): Json => ({ jsonrpc: '2.0', id: 1, method, params });

async function post(body: Json, url = provider.url, timeoutMs = 5000) {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    headersTimeout: timeoutMs,
  });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}

async function result(method: string, ...params: Json[]): Promise<Json> {
  return (JSON.parse((await post(call(method, ...params))).text) as { result: Json }).result;
}

/** Asks the node itself. */
async function honest(method: string, ...params: Json[]): Promise<Json> {
  return (JSON.parse((await post(call(method, ...params), anvil.url)).text) as { result: Json }).result;
}

const switchOf = () => createFaultSwitch(provider.controlUrl);

describe('a provider without a fault', () => {
  test('answers what its node answers, batches in one piece', async () => {
    const batch = [call('eth_chainId'), call('eth_getBlockByNumber', '0x0', false)];
    const { status, text } = await post(batch);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(JSON.parse((await post(batch, anvil.url)).text));
  });

  test('counts what has arrived, each call of a batch by itself', async () => {
    await post([call('eth_chainId'), call('eth_chainId'), call('eth_blockNumber')]);
    await post(call('eth_chainId'));
    expect(await switchOf().stats()).toMatchObject({
      requests: 2,
      calls: { eth_chainId: 3, eth_blockNumber: 1 },
    });
  });

  test('answers 502 when its node is away', async () => {
    const lonely = await startProviderNode({
      nodeUrl: 'http://127.0.0.1:1',
      port: 0,
      controlPort: 0,
      exit: () => {},
    });
    try {
      expect((await post(call('eth_chainId'), lonely.url)).status).toBe(502);
    } finally {
      await lonely.close();
    }
  });
});

describe('the switch', () => {
  test('tells which fault is set, with its defaults', async () => {
    expect(await switchOf().get()).toEqual({ mode: 'none' });
    await switchOf().set({ mode: 'slow' });
    expect(await switchOf().get()).toEqual({ mode: 'slow', delayMs: 3000 });
  });

  test('refuses an unknown fault and keeps the old one', async () => {
    await switchOf().set({ mode: 'html' });
    const unknown = await request(`${provider.controlUrl}/fault`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"mode":"explode"}',
    });
    expect(unknown.statusCode).toBe(400);
    await unknown.body.dump();
    expect(await switchOf().get()).toEqual({ mode: 'html' });
  });

  test('cannot be turned by a web page: other content types than JSON are refused', async () => {
    const form = await request(`${provider.controlUrl}/fault`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"mode":"hang"}',
    });
    expect(form.statusCode).toBe(415);
    await form.body.dump();
    expect(await switchOf().get()).toEqual({ mode: 'none' });
  });

  test('names the failure when nothing answers at the control port', async () => {
    await expect(createFaultSwitch('http://127.0.0.1:1').get()).rejects.toThrow(SwitchError);
  });

  test('knows every mode by name alone, and no other', () => {
    for (const mode of FAULT_MODES) expect(parseFault({ mode }).mode).toBe(mode);
    for (const junk of [{}, null, 'hang', { mode: 'hang', delayMs: 1 }, { mode: 'slow', delayMs: -1 }]) {
      expect(() => parseFault(junk)).toThrow(UnknownFaultError);
    }
  });

  test('none heals: the next answer is right', async () => {
    await switchOf().set({ mode: 'status500' });
    expect((await post(call('eth_chainId'))).status).toBe(500);
    await switchOf().set({ mode: 'none' });
    expect(await result('eth_chainId')).toBe('0x539');
  });
});

describe('faults', () => {
  test('die: the process ends, and nothing is answered any more', async () => {
    await switchOf().set({ mode: 'die' });
    await vi.waitFor(() => expect(exits).toBe(1));
  });

  test('hang: the call is accepted and never answered', async () => {
    await switchOf().set({ mode: 'hang' });
    await expect(post(call('eth_chainId'), provider.url, 300)).rejects.toMatchObject({
      code: 'UND_ERR_HEADERS_TIMEOUT',
    });
    expect((await switchOf().stats()).calls.eth_chainId).toBe(1);
  });

  test('hang: healing lets go of the calls that hung', async () => {
    await switchOf().set({ mode: 'hang' });
    const hung = expect(post(call('eth_chainId'), provider.url, 30_000)).rejects.toThrow();
    await vi.waitFor(async () => expect((await switchOf().stats()).requests).toBe(1));
    await switchOf().set({ mode: 'none' });
    await hung;
  });

  test('slow: the answer is right and late', async () => {
    await switchOf().set({ mode: 'slow', delayMs: 300 });
    const started = performance.now();
    expect(await result('eth_chainId')).toBe('0x539');
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  test('status429: says when to come back', async () => {
    await switchOf().set({ mode: 'status429', retryAfterSeconds: 7 });
    const { status, headers } = await post(call('eth_chainId'));
    expect([status, headers['retry-after']]).toEqual([429, '7']);
  });

  test('html: status 200 and a web page', async () => {
    await switchOf().set({ mode: 'html' });
    const { status, headers, text } = await post(call('eth_chainId'));
    expect([status, headers['content-type']]).toEqual([200, 'text/html']);
    expect(() => JSON.parse(text)).toThrow();
  });

  test('drop: the connection ends in the middle of the body', async () => {
    await switchOf().set({ mode: 'drop' });
    const response = await request(provider.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call('eth_getBlockByNumber', '0x0', false)),
    });
    expect(response.statusCode).toBe(200);
    await expect(response.body.text()).rejects.toThrow();
  });

  test('behind: head, balances and blocks stand still while the chain goes on', async () => {
    const head = await honest('eth_blockNumber');
    const before = await honest('eth_getBalance', OTHER, 'latest');
    await switchOf().set({ mode: 'behind' });
    const hash = await honest('eth_sendTransaction', { from: ACCOUNT, to: OTHER, value: '0x5' });
    await vi.waitFor(async () => expect(await honest('eth_getTransactionReceipt', hash)).not.toBeNull());
    expect(await honest('eth_getBalance', OTHER, 'latest')).not.toBe(before);

    expect(await result('eth_blockNumber')).toBe(head);
    expect(await result('eth_getBalance', OTHER, 'latest')).toBe(before);
    expect(await result('eth_getBalance', OTHER)).toBe(before);
    expect(await result('eth_getBlockByNumber', 'latest', false)).toEqual(
      await honest('eth_getBlockByNumber', head, false),
    );
    const next = `0x${(BigInt(String(head)) + 1n).toString(16)}`;
    expect(await honest('eth_getBlockByNumber', next, false)).not.toBeNull();
    expect(await result('eth_getBlockByNumber', next, false)).toBeNull();
    expect(await result('eth_getTransactionReceipt', hash)).toBeNull();
  });

  test('wrong: balances and hashes are false, the chain id only when asked for', async () => {
    await switchOf().set({ mode: 'wrong' });
    expect(await result('eth_chainId')).toBe('0x539');
    expect(await result('eth_getBalance', OTHER, '0x0')).not.toBe(
      await honest('eth_getBalance', OTHER, '0x0'),
    );
    const lie = await result('eth_getBlockByNumber', '0x0', false);
    const truth = await honest('eth_getBlockByNumber', '0x0', false);
    expect(lie).toMatchObject({ number: '0x0' });
    expect(lie).not.toEqual(truth);
    await switchOf().set({ mode: 'wrong', chainId: 5 });
    expect(await result('eth_chainId')).toBe('0x5');
  });
});
