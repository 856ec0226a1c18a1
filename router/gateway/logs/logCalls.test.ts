import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { readRpcError, rowOf } from '../../core/classify.ts';
import { systemClock } from '../../core/clock.ts';
import { seconds } from '../../core/units.ts';
import { hang, result, rpcError } from '../../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../../upstream/upstreamClient.ts';
import { createClient } from '../client.ts';
import {
  type AskedSpan,
  HEAD,
  hex,
  type LogChain,
  type LogRule,
  type LogServices,
  logsOf,
  nodeOf,
  over,
  rawList,
  spanOf,
  startLogServices,
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

// A log or two in most blocks, with what an encoder would change.
const chain: LogChain = new Map(
  Array.from({ length: HEAD + 1 }, (_, block) => [
    block,
    Array.from(
      { length: block % 3 },
      (_unused, index) => `{"blockNumber":"${hex(block)}", "n":${index}.0,"s":"\\u00e9"}`,
    ),
  ]),
);
const truth = (from: number, to: number) => rawList(logsOf(chain, { from, to }));
const blocks = ({ from, to }: AskedSpan) => to - from + 1;

const tooLarge = (message: string, code = -32_000) => rpcError({ code, message });
/** Takes so many blocks and says how many. */
const atMost =
  (most: number): LogRule =>
  (span) =>
    blocks(span) > most ? tooLarge(`query exceeds max block range ${most}`) : undefined;
/** Takes so many blocks, and does not say how many. */
const untold =
  (most: number): LogRule =>
  (span) =>
    blocks(span) > most ? tooLarge('block range is too wide', -32_600) : undefined;
/** Gives so many logs. */
const atMostLogs =
  (most: number): LogRule =>
  (_span, logs) =>
    logs.length > most ? tooLarge(`query returned more than ${most} results`, -32_005) : undefined;

const errorOf = (answer: {
  kind: string;
  error?: string;
}): { code: number; message: string; data?: unknown } => JSON.parse(answer.error ?? 'null');

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
    const { ask, spans } = await start([() => tooLarge('specify an address or a smaller block range')]);
    expect(errorOf(await ask(over(0, 999))).message).toBe('specify an address or a smaller block range');
    expect(spans().length).toBeLessThanOrEqual(11);
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

describe('bounds that only show while parts are answered', () => {
  test('too many parts: says how far it would have gone', async () => {
    const { ask, spans } = await start([atMostLogs(30)], { maxParts: 6 });
    const answer = await ask(over(0, 400));
    expect(answer).toMatchObject({ kind: 'error', refused: true });
    const { code, message, data } = errorOf(answer);
    expect(code).toBe(-32_005);
    expect(message).toMatch(/more than 6 queries; this block range should work: \[0x0, 0x19\]$/);
    expect(data).toEqual({ from: '0x0', to: '0x19' });
    expect(spans().length).toBeLessThanOrEqual(7);
    const { from, to } = data as { from: string; to: string };
    expect(await ask(over(from, to))).toMatchObject({ kind: 'result', result: truth(0, 0x19) });
  });

  test('too many bytes', async () => {
    const { ask } = await start([untold(100)], { maxBytes: truth(0, 250).length });
    const answer = await ask(over(0, 900));
    expect(answer).toMatchObject({ kind: 'error', refused: true });
    expect(errorOf(answer)).toMatchObject({
      code: -32_005,
      message: expect.stringContaining('response size exceeds'),
      data: { from: '0x0' },
    });
    expect(await ask(over(0, 250))).toMatchObject({ kind: 'result', result: truth(0, 250) });
  });

  test('no more attempts are told than a log line can hold', async () => {
    const { ask } = await start([untold(5)]);
    const answer = await ask(over(0, 499));
    expect(answer.parts).toBeGreaterThan(100);
    expect(answer.attempts).toHaveLength(64);
    expect(answer.attempts.map(({ afterMs }) => afterMs)).toEqual(
      answer.attempts.map(({ afterMs }) => afterMs).toSorted((one, other) => one - other),
    );
  });
});

describe('tags', () => {
  test.each([
    ['latest', HEAD],
    ['pending', HEAD],
    ['safe', HEAD - 10],
    ['finalized', HEAD - 20],
  ])('%s ends where the network says', async (tag, end) => {
    const { ask } = await start([untold(100)]);
    expect(await ask(over(700, tag))).toMatchObject({ kind: 'result', result: truth(700, end) });
  });

  test('left out, the range ends at the newest block; earliest is the first', async () => {
    const { ask } = await start([untold(300)]);
    expect(await ask('[{"fromBlock":"earliest"}]')).toMatchObject({ kind: 'result', result: truth(0, HEAD) });
  });

  test('that no service knows leave the answer to the nodes', async () => {
    const { ask, servers } = await start([undefined]);
    servers[0]?.behave((request, response, message) => {
      const error = { code: -32_000, message: 'block range is too wide' };
      const unknown = { code: -32_000, message: 'finalized block not found' };
      rpcError(request.method === 'eth_getLogs' ? error : unknown)(request, response, message);
    });
    expect(errorOf(await ask(over(0, 'finalized'))).message).toBe('block range is too wide');
    expect(servers[0]?.requests).toHaveLength(2);
  });
});

describe('time and clients', () => {
  test('a client that leaves takes all parts along', async () => {
    const { ask, servers, spans, splits } = await start([untold(50)]);
    await ask(over(0, 99));
    const closed: string[] = [];
    servers[0]?.behave((request, _response, message) => {
      message.socket.once('close', () => closed.push(String(request.id)));
    });
    const before = spans().length;
    const client = createClient('request');
    const asked = ask(over(0, 499), { client });
    await vi.waitFor(() => expect(spans()).toHaveLength(before + 4));
    client.leave();
    expect(await asked).toMatchObject({ kind: 'error' });
    await vi.waitFor(() => expect(closed).toHaveLength(4));
    expect(spans()).toHaveLength(before + 4);
    expect(splits.at(-1)).toBe('ethereum gone');
    expect(running?.router.services()).toMatchObject([{ inFlight: 0, failures: 0 }]);
  });

  test('a part that fails for good breaks off the others', async () => {
    const { ask, servers } = await start([untold(50)]);
    await ask(over(0, 99));
    const error = { code: -32_000, message: 'execution reverted' };
    let others = 0;
    let closed = 0;
    let fail = () => undefined as unknown;
    servers[0]?.behave((request, response, message) => {
      if (spanOf(request).from === 150) fail = () => rpcError(error)(request, response, message);
      else {
        others += 1;
        message.socket.once('close', () => {
          closed += 1;
        });
      }
      // When all that are to be broken off have come.
      if (others === 3) fail();
    });
    expect(errorOf(await ask(over(0, 199)))).toEqual(error);
    await vi.waitFor(() => expect(closed).toBe(3));
  });

  test('all parts share the deadline of the call', async () => {
    const { ask, servers } = await start([untold(50)]);
    await ask(over(0, 99));
    servers[0]?.behave(nodeOf(chain, ({ from }) => (from > 0 ? hang : undefined)));
    const answer = await ask(over(0, 199), { deadlineMs: seconds(0.4) });
    expect(answer).toMatchObject({ kind: 'error' });
    expect(answer.attempts).toContainEqual(expect.objectContaining({ reason: 'timeout' }));
  });

  test('a range at which all gateways time out is tried in two halves', async () => {
    const slow: LogRule = (span) =>
      blocks(span) > 300 ? rpcError({ code: 1, message: 'x' }, 504) : undefined;
    const { ask } = await start([slow, slow]);
    expect(await ask(over(0, 499))).toMatchObject({ kind: 'result', result: truth(0, 499) });
  });
});
