import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { readRpcError, rowOf } from '../../core/classify.ts';
import { systemClock } from '../../core/clock.ts';
import { result, rpcError } from '../../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../../upstream/upstreamClient.ts';
import {
  type AskedSpan,
  atMost,
  atMostLogs,
  blocks,
  chain,
  errorOf,
  HEAD,
  hex,
  type LogRule,
  type LogServices,
  logsOf,
  nodeOf,
  over,
  rawList,
  startLogServices,
  tooLarge,
  truth,
  untold,
} from './logChain.fixture.ts';

const upstream = createUpstreamClient({ clock: systemClock });
let running: LogServices | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});
afterAll(() => upstream.close());

async function start(
  rules: readonly (LogRule | undefined)[],
  bounds: Parameters<typeof startLogServices>[0]['bounds'] = {},
) {
  running = await startLogServices({
    upstream,
    behaviours: rules.map((rule) => nodeOf(chain, rule)),
    bounds,
  });
  return running;
}

describe('a query that a service takes', () => {
  test('is passed on as it is, once', async () => {
    const { ask, spans, splits } = await start([undefined]);
    expect(await ask(over(0, 'latest'))).toMatchObject({ kind: 'result', result: truth(0, HEAD) });
    expect(spans()).toHaveLength(1);
    expect(running?.servers[0]?.requests[0]?.params).toEqual(JSON.parse(over(0, 'latest')));
    expect(splits).toEqual([]);
  });

  test('goes to the one service that takes it when others do not', async () => {
    const { ask, spans } = await start([atMost(10), undefined]);
    expect(await ask(over(0, 500))).toMatchObject({ kind: 'result', result: truth(0, 500) });
    expect(spans(1)).toEqual([{ from: 0, to: 500 }]);
  });

  test.each([
    ['malformed', '[{"fromBlock":"zero"}]'],
    ['backwards', over(9, 3)],
    ['of one block by its hash', '[{"blockHash":"0x12"}]'],
    ['no filter', '[]'],
  ])("%s: the node's own error is the answer, after one call", async (_, params) => {
    const { ask, servers } = await start([undefined, undefined]);
    const error = { code: -32_602, message: 'invalid block range params', data: [1] };
    for (const server of servers) server.behave(rpcError(error));
    const answer = await ask(params);
    expect(errorOf(answer)).toEqual(error);
    expect(servers.flatMap(({ requests }) => requests)).toHaveLength(1);
  });

  test('that ends beyond the head is not too long: nobody is asked for less, and nothing is learnt', async () => {
    const { ask, router, servers } = await start([undefined]);
    servers[0]?.behave(rpcError({ code: -32_602, message: 'block range extends beyond current head block' }));
    expect(errorOf(await ask(over(HEAD - 5, HEAD + 1))).message).toContain('beyond current head');
    expect(servers[0]?.requests).toHaveLength(1);
    expect(router.logBlocks()).toBeUndefined();
  });

  test('that is refused and malformed is not asked again', async () => {
    const { ask, servers } = await start([undefined]);
    servers[0]?.behave(tooLarge('block range is too wide'));
    expect(errorOf(await ask(over(9, 3))).message).toBe('block range is too wide');
    expect(servers[0]?.requests).toHaveLength(1);
  });
});

describe('a query that all refuse as too large', () => {
  test.each([
    'query exceeds max block range 90',
    'eth_getLogs is limited to a 90 range',
    'block range is too wide',
    'block range too large',
    'Log response size exceeded. You can make eth_getLogs requests with up to a 90 block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response.',
    // In no table.
    '700 blocks is too wide',
    'response size should not greater than 2097152 bytes',
  ])('"%s": is answered in parts', async (message) => {
    const { ask, spans, splits } = await start([
      (span) => (blocks(span) > 90 ? tooLarge(message) : undefined),
    ]);
    const answer = await ask(over(1, 700));
    expect(answer).toMatchObject({ kind: 'result', result: truth(1, 700), parts: spans().length });
    expect(spans()[0]).toEqual({ from: 1, to: 700 });
    expect(splits).toEqual(['ethereum result']);
  });

  test('by HTTP 413: is answered in parts', async () => {
    const rule: LogRule = (span) =>
      blocks(span) > 90 ? rpcError({ code: -32_614, message: 'x' }, 413) : undefined;
    const { ask } = await start([rule]);
    expect(await ask(over(0, 300))).toMatchObject({ kind: 'result', result: truth(0, 300) });
  });

  test('where the logs are dense is cut smaller there alone', async () => {
    const dense = new Map([
      [40, Array.from({ length: 9 }, (_, n) => `{"n":${n}}`)],
      [41, ['{"n":9}']],
    ]);
    running = await startLogServices({ upstream, behaviours: [nodeOf(dense, atMostLogs(9))] });
    expect(await running.ask(over(0, 63))).toMatchObject({
      result: rawList(logsOf(dense, { from: 0, to: 63 })),
    });
    expect(running.spans()).toContainEqual({ from: 0, to: 31 });
    expect(running.spans()).toContainEqual({ from: 48, to: 63 });
    expect(running.spans()).toContainEqual({ from: 40, to: 40 });
  });

  test('down to one block: its refusal is the answer', async () => {
    const { ask, spans } = await start([
      (_span, logs) => (logs.length > 1 ? tooLarge('too many logs, try less') : undefined),
    ]);
    const answer = await ask(over(3, 20));
    expect(errorOf(answer).message).toBe('too many logs, try less');
    expect(spans()).toContainEqual({ from: 5, to: 5 });
  });

  test('a range that a refusal advises is asked for next', async () => {
    const { ask, spans } = await start([
      ({ from, to }, logs) =>
        logs.length > 50
          ? tooLarge(
              `query returned more than 50 results. Try with this block range [${hex(from)}, ${hex(Math.min(to, from + 40))}].`,
            )
          : undefined,
    ]);
    expect(await ask(over(100, 200))).toMatchObject({ kind: 'result', result: truth(100, 200) });
    expect(spans().slice(0, 2)).toEqual([
      { from: 100, to: 200 },
      { from: 100, to: 140 },
    ]);
  });

  test('while others only fail: is answered in parts by the one that refused', async () => {
    const { ask } = await start([
      untold(100),
      () => rpcError({ code: -32_603, message: 'internal error' }, 500),
    ]);
    expect(await ask(over(0, 250))).toMatchObject({ kind: 'result', result: truth(0, 250) });
  });

  test('that never can be answered costs few calls', async () => {
    const { ask, router, spans } = await start([
      () => tooLarge('specify an address or a smaller block range'),
    ]);
    expect(errorOf(await ask(over(0, 999))).message).toBe('specify an address or a smaller block range');
    expect(spans().length).toBeLessThanOrEqual(11);
    // It is not the length that makes it so.
    expect(router.logBlocks()).toBeUndefined();
  });
});

describe('a query longer than any service is known to take', () => {
  async function learnt(most: number, bounds = {}) {
    const services = await start([atMost(most)], bounds);
    await services.ask(over(0, 200));
    const before = services.spans().length;
    return { ...services, asked: () => services.spans().slice(before) };
  }

  test('is asked for in parts at once, in the order of its blocks', async () => {
    const { ask, asked } = await learnt(100);
    expect(await ask(over(10, 459))).toMatchObject({ kind: 'result', result: truth(10, 459), parts: 5 });
    const order = (one: AskedSpan, other: AskedSpan) => one.from - other.from;
    expect(asked().toSorted(order)).toEqual([
      { from: 10, to: 109 },
      { from: 110, to: 209 },
      { from: 210, to: 309 },
      { from: 310, to: 409 },
      { from: 410, to: 459 },
    ]);
  });

  test('so many parts at once as are allowed, and no more', async () => {
    const { ask, servers } = await learnt(50, { concurrency: 3 });
    let open = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const node = nodeOf(chain, atMost(50));
    servers[0]?.behave((request, response, message) => {
      open += 1;
      most = Math.max(most, open);
      waiting.push(() => {
        open -= 1;
        node(request, response, message);
      });
      // Answered when as many came as may come.
      if (waiting.length === 3) for (const answer of waiting.splice(0)) answer();
    });
    expect(await ask(over(0, 449))).toMatchObject({ kind: 'result', result: truth(0, 449), parts: 9 });
    expect(most).toBe(3);
  });

  test('a part that fails is tried again alone', async () => {
    const { ask, asked, servers } = await learnt(100);
    let failures = 0;
    const isBad = ({ from }: AskedSpan) => from === 100 && ++failures <= 2;
    const fails = rpcError({ code: -32_603, message: 'internal error' }, 500);
    servers[0]?.behave(
      nodeOf(chain, (span, logs, request) => (isBad(span) ? fails : atMost(100)(span, logs, request))),
    );
    const answer = await ask(over(0, 399));
    expect(answer).toMatchObject({ kind: 'result', result: truth(0, 399) });
    expect(asked().filter(({ from }) => from === 100)).toHaveLength(3);
    expect(asked().filter(({ from }) => from !== 100)).toHaveLength(3);
    expect(
      answer.attempts.filter(({ part, class: of }) => part !== undefined && of === 'provider'),
    ).toHaveLength(2);
  });

  test('a part that is no list is tried again too', async () => {
    const { ask, servers } = await learnt(100);
    let times = 0;
    servers[0]?.behave(
      nodeOf(chain, ({ from }) => (from === 0 && ++times === 1 ? result({ logs: [] }) : undefined)),
    );
    expect(await ask(over(0, 199))).toMatchObject({ kind: 'result', result: truth(0, 199) });
    expect(times).toBe(2);
  });

  test('the error of a part that fails for good is the answer, and what happened is told', async () => {
    const { ask, servers, splits } = await learnt(100);
    const error = { code: -32_000, message: 'missing trie node' };
    servers[0]?.behave(nodeOf(chain, ({ from }) => (from === 200 ? rpcError(error) : undefined)));
    const answer = await ask(over(0, 399));
    expect(errorOf(answer)).toEqual(error);
    expect(answer.attempts).toContainEqual(expect.objectContaining({ class: 'capability', lack: 'state' }));
    expect(splits.at(-1)).toBe('ethereum error');
  });

  test('and than the most that is split is refused before anybody is asked', async () => {
    const { ask, asked, bind, splits } = await learnt(100);
    bind({ maxBlocks: 300 });
    const answer = await ask(over(0, 300));
    expect(answer).toMatchObject({ kind: 'error', refused: true, attempts: [] });
    expect(errorOf(answer)).toEqual({
      code: -32_005,
      message: 'block range of 301 blocks is too large: ask for at most 300 blocks at a time',
    });
    expect(asked()).toEqual([]);
    expect(splits.at(-1)).toBe('ethereum refused');
    expect(await ask(over(1, 300))).toMatchObject({ kind: 'result', result: truth(1, 300) });
  });

  test('and would take too many parts is refused before anybody is asked', async () => {
    const { ask, asked, bind } = await learnt(100);
    bind({ maxParts: 2 });
    expect(errorOf(await ask(over(0, 200))).message).toContain('at most 200 blocks');
    expect(asked()).toEqual([]);
    expect(await ask(over(0, 199))).toMatchObject({ kind: 'result' });
  });

  test('what is refused here is a refusal of its size to those who stand before', async () => {
    const { ask, bind } = await learnt(100);
    for (const bounds of [{ maxBlocks: 300 }, { maxBytes: 10_000 }]) {
      bind(bounds);
      const { error } = (await ask(over(0, 400))) as { error: Parameters<typeof readRpcError>[0] };
      const observed = { method: 'eth_getLogs', httpStatus: 200, isRpcError: true, ...readRpcError(error) };
      expect(rowOf(observed)).toMatchObject({ class: 'capability', lack: 'range' });
    }
  });
});
