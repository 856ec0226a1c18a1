import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import { seconds } from '../../core/units.ts';
import { hang, rpcError } from '../../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../../upstream/upstreamClient.ts';
import { createClient } from '../client.ts';
import {
  atMostLogs,
  blocks,
  chain,
  errorOf,
  HEAD,
  type LogRule,
  type LogServices,
  nodeOf,
  over,
  spanOf,
  startLogServices,
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

  test('all parts share the deadline of the call: the error says how far it came', async () => {
    const { ask, servers, splits } = await start([untold(50)]);
    await ask(over(0, 99));
    servers[0]?.behave(nodeOf(chain, ({ from }) => (from > 0 ? hang : undefined)));
    const answer = await ask(over(0, 199), { deadlineMs: seconds(1.5) });
    const { message, data } = errorOf(answer);
    expect(message).toMatch(/takes more time than there is; this block range should work: \[0x0, 0x\w+\]$/);
    expect(data).toMatchObject({ from: '0x0' });
    expect(answer.attempts).toContainEqual(expect.objectContaining({ reason: 'timeout' }));
    expect(splits.at(-1)).toBe('ethereum failed');
  });

  test('a range at which all gateways time out is tried in two halves', async () => {
    const slow: LogRule = (span) =>
      blocks(span) > 300 ? rpcError({ code: 1, message: 'x' }, 504) : undefined;
    const { ask } = await start([slow, slow]);
    expect(await ask(over(0, 499))).toMatchObject({ kind: 'result', result: truth(0, 499) });
  });
});
