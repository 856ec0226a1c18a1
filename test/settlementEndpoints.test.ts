import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { discoverRegistry } from '../router/chain/contracts.ts';
import {
  createSettlementEndpoints,
  type SettlementEndpoint,
  type SettlementEndpoints,
  type SettlementEndpointsOptions,
} from '../router/chain/settlementEndpoints.ts';
import {
  type FaultyEndpoint,
  hangs,
  honest,
  on,
  standsStillAt,
  startFaultyEndpoint,
} from './fixtures/faultyEndpoint.ts';
import {
  SETTLEMENT_CHAIN_ID,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';
import { startTcpRelay } from './fixtures/tcpRelay.ts';
import { createTestClock, type TestClock } from './fixtures/testClock.ts';

// A limit for a machine under load, never waited for when all is well.
const WITHIN = { timeout: 20_000, interval: 5 };
// For those that hang: long enough for the honest on a machine under load.
const TIMEOUT_MS = 3_000;
const INSPECT_INTERVAL_MS = 4_000;

let chain: SettlementChain;
let faulty: [FaultyEndpoint, FaultyEndpoint];
let clock: TestClock;
let signal: AbortSignal;
const cleanups: (() => Promise<unknown>)[] = [];
const logged: { event: string; values: object }[] = [];

beforeAll(async () => {
  chain = await startSettlementChain();
});
afterAll(() => chain?.stop());

beforeEach(async () => {
  faulty = [await startFaultyEndpoint(chain.anvil.url), await startFaultyEndpoint(chain.anvil.url)];
  for (const endpoint of faulty) cleanups.push(() => endpoint.die());
  clock = createTestClock();
  signal = new AbortController().signal;
  logged.length = 0;
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const record = (values: object, event: string) => logged.push({ event, values });

function endpointsOver(
  rpcUrls: readonly string[],
  options: Partial<SettlementEndpointsOptions> = {},
): SettlementEndpoints {
  const endpoints = createSettlementEndpoints({
    ...{ rpcUrls, chainId: SETTLEMENT_CHAIN_ID, clock },
    ...{ random: () => 0, logger: { info: record, warn: record } },
    ...options,
  });
  cleanups.push(() => endpoints.close());
  return endpoints;
}

/** What a follower does, at its shortest. */
async function readHead(endpoint: SettlementEndpoint): Promise<bigint> {
  const { number } = await endpoint.client.getBlock();
  endpoint.saw(number);
  return number;
}

/** Which endpoint a look goes to. */
async function used(endpoints: SettlementEndpoints): Promise<string> {
  return await endpoints.look(async (endpoint) => {
    await readHead(endpoint);
    return endpoint.name;
  }, signal);
}

function states(endpoints: SettlementEndpoints): string[] {
  return endpoints.status().map(({ state }) => state);
}

/** Looks now and then until it goes to this endpoint. */
async function usedInTime(endpoints: SettlementEndpoints, name: string): Promise<void> {
  await expect
    .poll(async () => {
      clock.skip(INSPECT_INTERVAL_MS);
      return await used(endpoints).catch(() => undefined);
    }, WITHIN)
    .toBe(name);
}

async function mine(blocks: number): Promise<void> {
  await chain.rpc('anvil_mine', `0x${blocks.toString(16)}`);
}

describe('createSettlementEndpoints()', () => {
  it('refuses to be made without endpoints, or with what is no URL', () => {
    for (const rpcUrls of [[], ['not a url'], ['file:///etc/passwd']]) {
      expect(() => createSettlementEndpoints({ rpcUrls })).toThrow(
        expect.objectContaining({ code: 'NO_SETTLEMENT_ENDPOINT' }),
      );
    }
  });

  it('asks nobody before the first look', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    expect(endpoints.status()).toEqual(
      ['rpc[0]', 'rpc[1]'].map((name) => ({ name, state: 'unknown', head: undefined, lastError: undefined })),
    );
    expect(faulty.flatMap(({ asked }) => asked)).toEqual([]);
  });
});

describe('a look', () => {
  it('takes the first of the configuration while it stands well', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    expect(await used(endpoints)).toBe('rpc[0]');
    expect(states(endpoints)).toEqual(['ok', 'ok']);
    const head = await chain.client.getBlockNumber();
    expect(endpoints.status().map((status) => status.head)).toEqual([head, head]);
  });

  it.each<[what: string, () => Promise<void> | void]>([
    ['refuses connections', () => faulty[0].die()],
    ['hangs', () => faulty[0].behave(hangs)],
    ['drops connections', () => faulty[0].behave(() => ({ kind: 'drop' }))],
    ['answers 500', () => faulty[0].behave(() => ({ kind: 'status', status: 500 }))],
    ['answers 429', () => faulty[0].behave(() => ({ kind: 'status', status: 429 }))],
    [
      'lost its blocks',
      () =>
        faulty[0].behave(
          on('eth_getBlockByNumber', { kind: 'error', code: -32000, message: 'header not found' }),
        ),
    ],
  ])('goes on with the next when the one in use %s', async (_, breakIt) => {
    const endpoints = endpointsOver(
      faulty.map(({ url }) => url),
      { timeoutMs: TIMEOUT_MS },
    );
    expect(await used(endpoints)).toBe('rpc[0]');
    await breakIt();
    expect(await used(endpoints)).toBe('rpc[1]');
    expect(endpoints.status()).toMatchObject([
      { state: 'down', lastError: expect.any(String) },
      { state: 'ok', lastError: undefined },
    ]);
    expect(logged).toMatchObject([
      { event: 'settlement_endpoint_left', values: { endpoint: 'rpc[0]', fault: 'down' } },
    ]);
  });

  it('does not wait for one that hangs from the beginning', async () => {
    faulty[0].behave(hangs);
    const endpoints = endpointsOver(
      faulty.map(({ url }) => url),
      { timeoutMs: 60_000 },
    );
    expect(await used(endpoints)).toBe('rpc[1]');
  });

  it('passes on what is not the endpoint’s fault, and leaves nobody', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    const { token } = chain.deployment;
    await expect(
      endpoints.look(({ client }) => discoverRegistry(client, token), signal),
    ).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
    await expect(
      endpoints.look(() => Promise.reject(new RangeError('our own mistake')), signal),
    ).rejects.toThrow('our own mistake');
    expect(states(endpoints)).toEqual(['ok', 'ok']);
  });

  it('ends with the signal’s reason, also while an endpoint hangs', async () => {
    const [{ url }] = faulty;
    const endpoints = endpointsOver([url], { timeoutMs: 60_000 });
    await used(endpoints);
    faulty[0].behave(hangs);
    const abort = new AbortController();
    const look = endpoints.look(readHead, abort.signal);
    abort.abort(new Error('enough'));
    await expect(look).rejects.toThrow('enough');
    expect(states(endpoints)).toEqual(['ok']);
  });

  it('names what is wrong with each when none answers, and no key of theirs', async () => {
    await faulty[0].die();
    faulty[1].behave(() => ({ kind: 'status', status: 503 }));
    const endpoints = endpointsOver(faulty.map(({ url }) => `${url}/v3/my-secret-key`));
    const error = await endpoints.look(readHead, signal).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'NO_ENDPOINT_ANSWERS' });
    expect(error.message).toMatch(/rpc\[0\]: .*ECONNREFUSED.*rpc\[1\]: /);
    expect(error.message).not.toContain('secret');
    expect(JSON.stringify(logged)).not.toContain('secret');
    // Nor are they asked at once again.
    const before = faulty[1].asked.length;
    await expect(endpoints.look(readHead, signal)).rejects.toMatchObject({ code: 'NO_ENDPOINT_ANSWERS' });
    expect(faulty[1].asked).toHaveLength(before);
    faulty[1].behave(honest);
    clock.skip(1_000);
    expect(await used(endpoints)).toBe('rpc[1]');
  });

  it('rejects once the endpoints are closed', async () => {
    const [{ url }] = faulty;
    const endpoints = endpointsOver([url], { timeoutMs: 60_000 });
    faulty[0].behave(hangs);
    const look = endpoints.look(readHead, signal);
    await endpoints.close();
    await expect(look).rejects.toMatchObject({ code: 'ENDPOINTS_CLOSED' });
    await expect(endpoints.look(readHead, signal)).rejects.toMatchObject({ code: 'ENDPOINTS_CLOSED' });
    expect(logged).toEqual([]);
  });
});

describe('an endpoint that was left', () => {
  it('returns to its place once it answers again, not before its time', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    await used(endpoints);
    await faulty[0].die();
    expect(await used(endpoints)).toBe('rpc[1]');
    await faulty[0].revive();
    const asked = faulty[0].asked.length;
    expect(await used(endpoints)).toBe('rpc[1]');
    expect(faulty[0].asked).toHaveLength(asked);
    await usedInTime(endpoints, 'rpc[0]');
    expect(faulty[0].asked.slice(asked)).toContain('eth_chainId');
    expect(endpoints.status()[0]).toMatchObject({ state: 'ok', lastError: undefined });
    expect(logged).toMatchObject([
      { event: 'settlement_endpoint_left', values: { endpoint: 'rpc[0]' } },
      { event: 'settlement_endpoint_returned', values: { endpoint: 'rpc[0]' } },
    ]);
  });

  it('is left alone for as long as it wishes', async () => {
    const headers = { 'retry-after': '90' };
    faulty[0].behave(() => ({ kind: 'status', status: 429, headers }));
    const [{ url }] = faulty;
    const endpoints = endpointsOver([url]);
    await expect(used(endpoints)).rejects.toMatchObject({ code: 'NO_ENDPOINT_ANSWERS' });
    faulty[0].behave(honest);
    const asked = faulty[0].asked.length;
    clock.skip(80_000);
    await expect(used(endpoints)).rejects.toMatchObject({ code: 'NO_ENDPOINT_ANSWERS' });
    expect(faulty[0].asked).toHaveLength(asked);
    clock.skip(11_000);
    expect(await used(endpoints)).toBe('rpc[0]');
  });
});

describe('an endpoint that stays down', () => {
  it('is asked less and less, and spoken of once', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    await used(endpoints);
    faulty[0].behave(() => ({ kind: 'status', status: 503 }));
    const before = faulty[0].asked.length;
    for (let look = 0; look < 60; look++) {
      clock.skip(INSPECT_INTERVAL_MS);
      expect(await used(endpoints)).toBe('rpc[1]');
    }
    const asked = faulty[0].asked.length - before;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(20);
    expect(logged).toHaveLength(1);
  });

  it('is not asked before its time', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    const lied = async (endpoint: SettlementEndpoint) =>
      endpoint.name === 'rpc[0]' ? endpoint.leave('missingLogs', 'an event short') : endpoint.name;
    expect(await endpoints.look(lied, signal)).toBe('rpc[1]');
    const before = faulty[0].asked.length;
    for (let look = 0; look < 10; look++) {
      clock.skip(INSPECT_INTERVAL_MS);
      expect(await used(endpoints)).toBe('rpc[1]');
    }
    expect(faulty[0].asked).toHaveLength(before);
  });
});

describe('an endpoint of another chain', () => {
  const elsewhere = on('eth_chainId', { kind: 'alter', alter: () => '0x1' });

  it('is not used', async () => {
    faulty[0].behave(elsewhere);
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    expect(await used(endpoints)).toBe('rpc[1]');
    expect(endpoints.status()[0]).toMatchObject({
      state: 'wrongChain',
      lastError: `serves chain 1, not ${SETTLEMENT_CHAIN_ID}`,
    });
  });

  it('is found out when it changes later', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    await used(endpoints);
    faulty[0].behave(elsewhere);
    expect(await used(endpoints)).toBe('rpc[0]');
    clock.skip(60_000);
    expect(await used(endpoints)).toBe('rpc[1]');
    expect(states(endpoints)[0]).toBe('wrongChain');
  });

  it('has a name of its own when there is no other', async () => {
    for (const endpoint of faulty) endpoint.behave(elsewhere);
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    await expect(used(endpoints)).rejects.toMatchObject({
      ...{ code: 'WRONG_CHAIN', expected: SETTLEMENT_CHAIN_ID, actual: 1 },
    });
  });

  it('is no reason to give up while another is merely down', async () => {
    faulty[0].behave(elsewhere);
    await faulty[1].die();
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    await expect(used(endpoints)).rejects.toMatchObject({ code: 'NO_ENDPOINT_ANSWERS' });
  });

  it('is whichever differs from the first to answer when no chain is configured', async () => {
    const endpoints = endpointsOver(
      faulty.map(({ url }) => url),
      { chainId: undefined },
    );
    faulty[1].behave(() => ({ kind: 'drop' }));
    expect(await used(endpoints)).toBe('rpc[0]');
    faulty[1].behave(elsewhere);
    await expect
      .poll(async () => {
        clock.skip(INSPECT_INTERVAL_MS);
        await used(endpoints);
        return states(endpoints);
      }, WITHIN)
      .toEqual(['ok', 'wrongChain']);
  });
});

describe('an endpoint that is behind', () => {
  it('is left when another shows newer blocks in use, and returns when it has them', async () => {
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    await used(endpoints);
    faulty[0].behave(standsStillAt(await chain.client.getBlockNumber()));
    await mine(5);
    expect(await used(endpoints)).toBe('rpc[0]');
    // The other's head becomes known, and a moment passes.
    await usedInTime(endpoints, 'rpc[1]');
    expect(endpoints.status()[0]).toMatchObject({ state: 'behind', lastError: '5 blocks behind' });
    // Asked again, and once more after that was judged, it is still behind.
    const asked = faulty[0].asked.length;
    await expect
      .poll(async () => {
        clock.skip(60_000);
        await used(endpoints);
        return faulty[0].asked.slice(asked).filter((method) => method === 'eth_blockNumber').length;
      }, WITHIN)
      .toBeGreaterThan(1);
    expect(states(endpoints)[0]).toBe('behind');
    faulty[0].behave(honest);
    await usedInTime(endpoints, 'rpc[0]');
  });

  it('is not called so for a claim that its maker cannot keep', async () => {
    const far = `0x${(10n ** 9n).toString(16)}`;
    faulty[1].behave(on('eth_blockNumber', { kind: 'alter', alter: () => far }));
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    for (let look = 0; look < 6; look++) {
      clock.skip(INSPECT_INTERVAL_MS);
      await used(endpoints);
      expect(states(endpoints)[0]).toBe('ok');
    }
    expect(logged).toEqual([]);
  });

  it('stays in use when the one that claims more fails', async () => {
    const far = `0x${(10n ** 9n).toString(16)}`;
    faulty[1].behave(({ method }) => {
      if (method === 'eth_blockNumber') return { kind: 'alter', alter: () => far };
      if (method === 'eth_chainId') return { kind: 'pass' };
      return { kind: 'error', code: -32000, message: 'unknown block' };
    });
    const endpoints = endpointsOver(faulty.map(({ url }) => url));
    const left = { event: 'settlement_endpoint_left', values: { endpoint: 'rpc[1]', fault: 'down' } };
    const names = new Set<string>();
    await expect
      .poll(async () => {
        clock.skip(INSPECT_INTERVAL_MS);
        names.add(await used(endpoints));
        return logged[0];
      }, WITHIN)
      .toMatchObject(left);
    expect([...names]).toEqual(['rpc[0]']);
  });
});

describe('the work of a look', () => {
  it('can leave its endpoint, and accuse another', async () => {
    const endpoints = endpointsOver([...faulty.map(({ url }) => url), chain.anvil.url]);
    const result = await endpoints.look(async (endpoint) => {
      if (endpoint.name === 'rpc[0]') endpoint.leave('missingLogs', 'an event short');
      const [other] = endpoint.others();
      expect(other?.name).toBe('rpc[2]');
      if (other !== undefined) endpoint.accuse(other, 'wrongChain', 'another block');
      expect(endpoint.others()).toEqual([]);
      return endpoint.name;
    }, signal);
    expect(result).toBe('rpc[1]');
    expect(endpoints.status()).toMatchObject([
      { state: 'missingLogs', lastError: 'an event short' },
      { state: 'ok' },
      { state: 'wrongChain', lastError: 'another block' },
    ]);
  });

  it('is not done with an endpoint that lied, even when there is no other', async () => {
    const [{ url }] = faulty;
    const endpoints = endpointsOver([url]);
    const leave = (endpoint: SettlementEndpoint) => endpoint.leave('missingLogs', 'an event short');
    await expect(endpoints.look(leave, signal)).rejects.toMatchObject({ code: 'NO_ENDPOINT_ANSWERS' });
    clock.skip(30_000);
    await expect(used(endpoints)).rejects.toThrow('an event short');
    clock.skip(30_000);
    expect(await used(endpoints)).toBe('rpc[0]');
  });
});

describe('an endpoint with a WebSocket', () => {
  const wsUrl = (port: number) => `ws://127.0.0.1:${port}`;

  it('answers, and announces new blocks', async () => {
    const endpoints = endpointsOver([wsUrl(chain.anvil.port)]);
    expect(await used(endpoints)).toBe('rpc[0]');
    let heard = 0;
    const stop = endpoints.onHead(() => {
      heard += 1;
    });
    await expect
      .poll(async () => {
        await mine(1);
        return heard;
      }, WITHIN)
      .toBeGreaterThan(0);
    await expect.poll(() => endpoints.status()[0]?.head, WITHIN).toBe(await chain.client.getBlockNumber());
    stop();
    const before = heard;
    await mine(1);
    await expect.poll(() => endpoints.status()[0]?.head, WITHIN).toBe(await chain.client.getBlockNumber());
    expect(heard).toBe(before);
  });

  it('is not listened to while it is left', async () => {
    const endpoints = endpointsOver([wsUrl(chain.anvil.port), faulty[0].url]);
    let heard = 0;
    endpoints.onHead(() => {
      heard += 1;
    });
    await used(endpoints);
    await expect
      .poll(async () => {
        await mine(1);
        return heard;
      }, WITHIN)
      .toBeGreaterThan(0);
    const leaving = async (endpoint: SettlementEndpoint) => {
      if (endpoint.name !== 'rpc[0]') return;
      heard = 0;
      endpoint.leave('missingLogs', 'an event short');
    };
    await endpoints.look(leaving, signal);
    const { client } = await endpoints.look(async (endpoint) => endpoint, signal);
    for (let block = 0; block < 5; block++) {
      await mine(1);
      await client.getBlockNumber();
    }
    expect(heard).toBe(0);
  });

  it('passes a node’s refusals on as such', async () => {
    const endpoints = endpointsOver([wsUrl(chain.anvil.port)]);
    const { token } = chain.deployment;
    await expect(
      endpoints.look(({ client }) => discoverRegistry(client, token), signal),
    ).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
  });

  it('comes back after its connection was cut, announcements and all', async () => {
    const relay = await startTcpRelay(chain.anvil.port);
    cleanups.push(() => relay.stop());
    const endpoints = endpointsOver([wsUrl(relay.port)]);
    await used(endpoints);
    relay.cut();
    await usedInTime(endpoints, 'rpc[0]');
    await expect.poll(() => relay.connections(), WITHIN).toBeGreaterThan(1);
    let heard = 0;
    endpoints.onHead(() => {
      heard += 1;
    });
    await expect
      .poll(async () => {
        await mine(1);
        return heard;
      }, WITHIN)
      .toBeGreaterThan(0);
  });

  it('is left when nothing comes through any more, and comes back over a new connection', async () => {
    const relay = await startTcpRelay(chain.anvil.port);
    cleanups.push(() => relay.stop());
    const endpoints = endpointsOver([wsUrl(relay.port), faulty[1].url], { timeoutMs: TIMEOUT_MS });
    expect(await used(endpoints)).toBe('rpc[0]');
    relay.silence();
    expect(await used(endpoints)).toBe('rpc[1]');
    expect(states(endpoints)[0]).toBe('down');
    await usedInTime(endpoints, 'rpc[0]');
  });

  it('is left when nobody is there, or nobody who speaks it', async () => {
    const endpoints = endpointsOver([
      'ws://127.0.0.1:2',
      faulty[0].url.replace('http', 'ws'),
      chain.anvil.url,
    ]);
    expect(await used(endpoints)).toBe('rpc[2]');
    await expect.poll(() => states(endpoints), WITHIN).toEqual(['down', 'down', 'ok']);
  });
});
