import { keccak256 } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { systemClock } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import { type Ms, ms, seconds } from '../core/units.ts';
import { DEFAULT_ROUTING } from '../routing/settings.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import {
  type Behaviour,
  body,
  hang,
  type RpcServer,
  reset,
  result,
  rpcError,
  startRpcServer,
} from '../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { createNetworkRouter, type NetworkRouter } from './networkRouter.ts';

const RAW = '0x02f86c0180843b9aca00';
const HASH = keccak256(RAW);

let upstream: UpstreamClient;
/** Of the newest network, and of all in this test. */
let servers: RpcServer[];
let started: RpcServer[];

beforeEach(() => {
  upstream = createUpstreamClient({ clock: systemClock });
  started = [];
});

afterEach(async () => {
  await upstream.close();
  await Promise.all(started.map((server) => server.close()));
});

/** A network of services that behave like this, and soon count as silent. */
const network = (...behaviours: Behaviour[]) => patientNetwork(ms(100), behaviours);

async function patientNetwork(stallMs: Ms, behaviours: readonly Behaviour[]): Promise<NetworkRouter> {
  servers = await Promise.all(behaviours.map(startRpcServer));
  started.push(...servers);
  const settings = { ...DEFAULT_ROUTING, stallMs };
  const args = { upstream, clock: systemClock, random: Math.random, settings };
  const router = createNetworkRouter({ caip2: 'eip155:1' as Caip2, slug: 'ethereum', ...args });
  router.setServices(
    servers.map(({ url }, index) => ({
      key: String(index),
      label: String(index),
      tier: 'network',
      target: { url, allowPrivate: true },
      capabilities: 1,
      weight: 1,
    })),
  );
  for (const { key } of router.services()) router.reportHead(key, { ok: true, number: 1, chainIdOk: true });
  return router;
}

const send = (router: NetworkRouter, params = `["${RAW}"]`) =>
  router.forward(
    { id: '1' as RawJson, method: 'eth_sendRawTransaction', params: params as RawJson },
    { deadlineMs: seconds(20) },
  );

const visits = () => servers.map((server) => server.requests.length);
const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

const accept = result(HASH);
const known = rpcError({ code: -32000, message: 'already known' });
const nonceTooLow = { code: -32000, message: 'nonce too low: next nonce 5, tx nonce 3' };
const underpriced = { code: -32000, message: 'transaction underpriced' };

/** Refuses the transaction for its nonce, and knows about it what is given. */
const nonceUsed =
  (transaction: unknown): Behaviour =>
  (request, response, message) => {
    const behaviour =
      request.method === 'eth_sendRawTransaction' ? rpcError(nonceTooLow) : result(transaction);
    behaviour(request, response, message);
  };

describe('eth_sendRawTransaction', () => {
  it('goes to three services at once', async () => {
    const router = await patientNetwork(seconds(20), [accept, accept, accept, accept, accept]);
    expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
    await expect.poll(() => sum(visits())).toBe(3);
    expect(Math.max(...visits())).toBe(1);
  });

  it('goes to those alone that are well, as long as there are two', async () => {
    for (const well of [2, 3, 4]) {
      const router = await patientNetwork(seconds(20), Array(6).fill(rpcError(underpriced)));
      for (const { key } of router.services().slice(well)) {
        for (let polls = 0; polls < 2; polls += 1) router.reportHead(key, { ok: false, class: 'provider' });
      }
      for (let sends = 0; sends < 5; sends += 1) {
        expect(await send(router)).toMatchObject({ kind: 'error', error: JSON.stringify(underpriced) });
      }
      expect(sum(visits())).toBe(5 * Math.min(well, DEFAULT_ROUTING.sendFanout));
      expect(sum(visits().slice(well))).toBe(0);
    }
  });

  it('goes to one of the others too when one alone is well, or to two when nobody is', async () => {
    for (const well of [1, 0]) {
      const router = await patientNetwork(seconds(20), Array(6).fill(accept));
      for (const { key } of router.services().slice(well)) {
        for (let polls = 0; polls < 2; polls += 1) router.reportHead(key, { ok: false, class: 'provider' });
      }
      expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
      await expect.poll(() => sum(visits())).toBe(2);
      expect(sum(visits().slice(0, well))).toBe(well);
    }
  });

  it('succeeds by the first acceptance, whatever the others do', async () => {
    for (const other of [hang, reset, body('', 500), rpcError(underpriced), known]) {
      const router = await network(other, accept, other);
      expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
    }
  });

  it('succeeds by "already known", with the hash computed here', async () => {
    const router = await network(known, known, known);
    expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
  });

  it('goes on to further services when the first ones fail', async () => {
    const router = await network(reset, reset, reset, reset, accept);
    expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
    expect(Math.max(...visits())).toBe(1);
  });

  it('goes on to further services when the first ones hang', async () => {
    const router = await network(hang, hang, hang, hang, accept);
    expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
  });

  it("is refused with the node's own error when nobody took it", async () => {
    const router = await network(rpcError(underpriced), rpcError(underpriced), rpcError(underpriced));
    expect(await send(router)).toMatchObject({ kind: 'error', error: JSON.stringify(underpriced) });
    expect(visits()).toEqual([1, 1, 1]);
  });

  it('is refused although others hang', async () => {
    const router = await network(rpcError(underpriced), hang, hang);
    expect(await send(router)).toMatchObject({ kind: 'error', error: JSON.stringify(underpriced) });
  });

  it('succeeds by "nonce too low" when the transaction is found on the chain', async () => {
    const router = await network(nonceUsed({ hash: HASH }), nonceUsed({ hash: HASH }), reset);
    expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
    const lookups = servers
      .flatMap((server) => server.requests)
      .filter((r) => r.method === 'eth_getTransactionByHash');
    expect(lookups).toMatchObject([{ params: [HASH] }]);
  });

  it('succeeds by "nonce too low" when only one of two nodes has seen it mined', async () => {
    const router = await network(nonceUsed(null), nonceUsed({ hash: HASH }));
    for (let sends = 0; sends < 10; sends += 1) {
      expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
    }
  });

  it('is refused by "nonce too low" while the transaction only waits somewhere: another one used the nonce', async () => {
    for (const waiting of [
      { blockHash: null, blockNumber: null, hash: HASH },
      { hash: HASH, blockNumber: null },
    ]) {
      const router = await network(nonceUsed(waiting), nonceUsed(waiting), nonceUsed(null));
      expect(await send(router)).toMatchObject({ kind: 'error', error: JSON.stringify(nonceTooLow) });
    }
  });

  it('succeeds by "nonce too low" when it still waits at those that lag, and is mined at one', async () => {
    const waiting = { hash: HASH, blockHash: null, blockNumber: null };
    const mined = { hash: HASH, blockHash: `0x${'22'.repeat(32)}`, blockNumber: '0x5' };
    const router = await network(nonceUsed(waiting), nonceUsed(waiting), nonceUsed(null), nonceUsed(mined));
    for (let sends = 0; sends < 10; sends += 1) {
      expect(await send(router)).toMatchObject({ kind: 'result', result: `"${HASH}"` });
    }
  });

  it('is refused by "nonce too low" when another transaction used it', async () => {
    const router = await network(nonceUsed(null), nonceUsed(null), nonceUsed(null));
    expect(await send(router)).toMatchObject({ kind: 'error', error: JSON.stringify(nonceTooLow) });
  });

  it('is refused by "nonce too low" when the node shows another transaction for it', async () => {
    const other = nonceUsed({ hash: `0x${'00'.repeat(32)}` });
    const router = await network(other, other, other);
    expect(await send(router)).toMatchObject({ kind: 'error', error: JSON.stringify(nonceTooLow) });
  });

  it('believes the hash of the transaction rather than another one', async () => {
    const lie = result(`0x${'00'.repeat(32)}`);
    const late: Behaviour = (...args) => setImmediate(() => accept(...args));
    expect(await send(await network(lie, lie, late))).toMatchObject({ result: `"${HASH}"` });
    const foreign = `0x${'11'.repeat(32)}`;
    expect(await send(await network(result(foreign), reset))).toMatchObject({ result: `"${foreign}"` });
  });

  it.each(['[]', '["junk"]', '{}', '[5]'])('with the junk %s is answered as the nodes do', async (params) => {
    const invalid = { code: -32602, message: 'missing value for required argument 0' };
    const router = await network(rpcError(invalid), rpcError(invalid));
    expect(await send(router, params)).toMatchObject({ kind: 'error', error: JSON.stringify(invalid) });
  });

  it('says what happened when every service failed', async () => {
    const answer = await send(await network(reset, body('', 500)));
    expect(answer).toMatchObject({ kind: 'error' });
    expect(answer.attempts.map((attempt) => attempt.reason).sort()).toEqual(['http-status', 'reset']);
  });
});
