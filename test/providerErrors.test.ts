import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { keccak256 } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ErrorClass } from '../router/core/errorClass.ts';
import { startTestGateway, type TestGateway } from './fixtures/gatewayClient.ts';

interface Failure {
  readonly name: string;
  readonly method: string;
  readonly http: number;
  readonly headers?: Record<string, string>;
  readonly error?: unknown;
  readonly body?: string;
  readonly class: ErrorClass;
}

const { cases }: { cases: Failure[] } = JSON.parse(
  readFileSync(new URL('./fixtures/provider-errors.json', import.meta.url), 'utf8'),
);

/** What a service does with a user's call; `turn` counts the call's visits to all services from 0. */
type Reaction = (turn: number) => Failure | 'result';

interface Visit {
  readonly service: string;
  readonly network: string;
}

const FIRST_CHAIN = 70_000;
const RAW = '0xf86b01';
const HASH = keccak256(RAW);
const ID = '"\\u00e9-7"';

// No call of a user before its case: from here on polls and set-up are over.
let react: Reaction | undefined;
let visits: Visit[] = [];
let servers: { server: Server; url: string }[];
let gateway: TestGateway;

/** A real server before every network, which says what the case says, whoever is asked first. */
async function startService(service: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { id, method } = JSON.parse(body) as { id: unknown; method: string };
      const network = (request.url ?? '').slice(1);
      const answer = (value: unknown, status = 200, headers: Record<string, string> = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof value === 'string' ? value : JSON.stringify(value));
      };
      const result = (value: unknown) => answer({ jsonrpc: '2.0', id, result: value });
      if (react === undefined) {
        return result(
          method === 'eth_chainId' ? `0x${(FIRST_CHAIN + Number(network.slice(1))).toString(16)}` : '0x10',
        );
      }
      const reaction = react(visits.length);
      visits.push({ service, network });
      const results: Record<string, unknown> = {
        eth_sendRawTransaction: HASH,
        eth_getTransactionByHash: { hash: HASH, blockNumber: '0x1' },
      };
      if (reaction === 'result') return result(results[method] ?? '0x2a');
      const { error, http, headers } = reaction;
      return answer(reaction.body ?? { jsonrpc: '2.0', id, error }, http, headers);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const slugOf = (index: number) => `n${index}`;
// The last ones are for the cases beyond the fixture.
const SPARE = 10;
let spare = 0;

beforeAll(async () => {
  servers = await Promise.all([startService('one'), startService('two')]);
  const networks = Array.from({ length: cases.length + SPARE }, (_, index) => ({
    id: `eip155:${FIRST_CHAIN + index}`,
    slug: slugOf(index),
    upstreams: servers.map(({ url }, which) => ({
      name: ['one', 'two'][which] ?? '',
      url: `${url}/${slugOf(index)}`,
      // All that the cases ask for.
      capabilities: ['full' as const, 'archive' as const, 'trace' as const, 'debug' as const],
    })),
  }));
  gateway = await startTestGateway({
    networks,
    // The first poll alone: afterwards every request is a user's call.
    heads: { pollIntervalMs: 600_000 },
    routing: { attemptTimeoutMs: 30_000, deadlineMs: 60_000 },
  });
  // Not `expect.poll`, which is for tests only.
  await vi.waitFor(
    async () => {
      const states = (await gateway.status()).networks.flatMap(({ services }) =>
        services.map((s) => s.state),
      );
      expect(states).toEqual(networks.flatMap(() => ['eligible', 'eligible']));
    },
    { timeout: 30_000 },
  );
}, 60_000);

afterAll(async () => {
  await gateway?.close();
  for (const { server } of servers ?? []) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

beforeEach(() => {
  visits = [];
});

async function call(network: string, method: string): Promise<string> {
  const params = method === 'eth_sendRawTransaction' ? [RAW] : [];
  const body = `{"jsonrpc":"2.0","id":${ID},"method":"${method}","params":${JSON.stringify(params)}}`;
  return (await gateway.post(network, body)).text;
}

async function servicesOf(network: string) {
  const found = (await gateway.status()).networks.find(({ slug }) => slug === network);
  return found?.services ?? [];
}

const failsFirst =
  (failure: Failure): Reaction =>
  (turn) =>
    turn === 0 ? failure : 'result';

const errorAnswer = (failure: Failure) =>
  `{"jsonrpc":"2.0","id":${ID},"error":${JSON.stringify(failure.error)}}`;
const resultAnswer = (result: string) => `{"jsonrpc":"2.0","id":${ID},"result":"${result}"}`;

describe('a real failure through the whole gateway', () => {
  it('has all 55 known ones to meet', () => {
    expect(cases).toHaveLength(55);
  });

  const indexed = cases.map((failure, index) => ({ ...failure, network: slugOf(index) }));
  const reads = indexed.filter(({ method }) => method !== 'eth_sendRawTransaction');
  const sends = indexed.filter(({ method }) => method === 'eth_sendRawTransaction');

  it.each(reads.filter((failure) => failure.class === 'client'))(
    '$name is the answer, byte for byte, after one call',
    async (failure) => {
      react = failsFirst(failure);
      expect(await call(failure.network, failure.method)).toBe(errorAnswer(failure));
      expect(visits).toHaveLength(1);
      expect(await servicesOf(failure.network)).toMatchObject([
        { state: 'eligible', failures: 0, breaker: 'closed' },
        { state: 'eligible', failures: 0, breaker: 'closed' },
      ]);
    },
  );

  it.each(reads.filter((failure) => failure.class !== 'client'))(
    '$name ($class) is met by asking the other service, with the right blame',
    async (failure) => {
      react = failsFirst(failure);
      expect(await call(failure.network, failure.method)).toBe(resultAnswer('0x2a'));
      expect(visits.map(({ network }) => network)).toEqual([failure.network, failure.network]);
      const [first, second] = visits;
      expect(first?.service).not.toBe(second?.service);
      const services = await servicesOf(failure.network);
      const of = (name: string | undefined) => services.find(({ label }) => label === name);
      expect(of(second?.service)).toMatchObject({ state: 'eligible', reason: null, failures: 0 });
      expect(of(first?.service)).toMatchObject({
        failures: failure.class === 'provider' ? 1 : 0,
        breaker: 'closed',
        reason: failure.class === 'capacity' ? 'held-off' : null,
      });
    },
  );

  // Sent to both at once, so both answer: what none took is the caller's, and nobody is asked twice.
  it.each(sends.filter((failure) => failure.class === 'client'))(
    '$name of a transaction is the answer, byte for byte, when all say so',
    async (failure) => {
      react = () => failure;
      const answer = await call(failure.network, failure.method);
      expect(answer).toBe(errorAnswer(failure));
      // "nonce too low" is looked up on the chain, by other calls.
      const isLookedUp = failure.name === 'geth-nonce-too-low';
      expect(visits).toHaveLength(isLookedUp ? 3 : 2);
      for (const service of await servicesOf(failure.network))
        expect(service).toMatchObject({ state: 'eligible', failures: 0 });
    },
  );

  it.each(sends.filter((failure) => failure.class === 'known'))(
    '$name is success with the hash computed here',
    async (failure) => {
      react = () => failure;
      expect(await call(failure.network, failure.method)).toBe(resultAnswer(HASH));
      for (const service of await servicesOf(failure.network)) expect(service).toMatchObject({ failures: 0 });
    },
  );

  it.each(sends.filter((failure) => failure.class === 'capacity'))(
    '$name holds that service off while another takes the transaction',
    async (failure) => {
      react = failsFirst(failure);
      expect(await call(failure.network, failure.method)).toBe(resultAnswer(HASH));
      expect(visits).toHaveLength(2);
      await expect
        .poll(async () => (await servicesOf(failure.network)).map(({ reason }) => reason).sort())
        .toEqual(['held-off', null].sort());
    },
  );

  it('has a rule for every case', () => {
    expect(new Set(sends.map((failure) => failure.class))).toEqual(new Set(['client', 'known', 'capacity']));
  });
});

describe('beyond the known failures', () => {
  const next = () => slugOf(cases.length + spare++);
  const failure = (fields: Partial<Failure>): Failure => ({
    name: 'new',
    method: 'eth_call',
    http: 200,
    class: 'client',
    ...fields,
  });
  const unknown = { code: -32_077, message: 'the moon is in the wrong house', data: { b: 1, a: [1.0] } };

  it.each([200, 400, 422])('an error of no known kind under HTTP %d is the answer', async (http) => {
    react = failsFirst(failure({ http, error: unknown }));
    expect(await call(next(), 'eth_call')).toBe(errorAnswer(failure({ error: unknown })));
    expect(visits).toHaveLength(1);
  });

  it.each([404, 500, 503])('the same under HTTP %d is the fault of the service', async (http) => {
    react = failsFirst(failure({ http, error: unknown }));
    const network = next();
    expect(await call(network, 'eth_call')).toBe(resultAnswer('0x2a'));
    expect((await servicesOf(network)).map(({ failures }) => failures).sort()).toEqual([0, 1]);
  });

  it.each([
    ['0', null],
    ['3600', 'held-off'],
  ])('Retry-After: %s decides how long a service is held off', async (header, reason) => {
    react = failsFirst(failure({ http: 429, headers: { 'retry-after': header }, body: 'slow down' }));
    const network = next();
    expect(await call(network, 'eth_call')).toBe(resultAnswer('0x2a'));
    const first = (await servicesOf(network)).find(({ label }) => label === visits[0]?.service);
    expect(first).toMatchObject({ reason, failures: 0 });
  });
});

describe('a transaction that was sent before', () => {
  const { groups }: { groups: { cases: [ErrorClass, string, number, number | null, string][] }[] } =
    JSON.parse(readFileSync(new URL('./fixtures/realErrors.json', import.meta.url), 'utf8'));
  const sends = groups
    .flatMap((group) => group.cases)
    .filter(([, method]) => method === 'eth_sendRawTransaction')
    .map(([errorClass, method, http, code, message]) => ({
      name: message,
      method,
      http,
      error: { code, message },
      class: errorClass,
    }));
  const known = slugOf(cases.length + SPARE - 1);
  const used = slugOf(cases.length + SPARE - 2);

  it.each(sends.filter((failure) => failure.class === 'known'))(
    '"$name" is success with the hash computed here',
    async (failure) => {
      react = () => failure;
      expect(await call(known, failure.method)).toBe(resultAnswer(HASH));
    },
  );

  it.each(
    sends.filter(({ name }) => /nonce (?:is )?too low|OldNonce|Pool\(Stale\)|NonceAlreadyUsed/i.test(name)),
  )('"$name" is success when the chain has the hash, and else the error', async (failure) => {
    react = (turn) => (turn < 2 ? failure : 'result');
    expect(await call(used, failure.method)).toBe(resultAnswer(HASH));
    react = () => failure;
    expect(await call(used, failure.method)).toBe(errorAnswer(failure));
  });
});
