import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { Caip2 } from '../core/caip2.ts';
import { systemClock } from '../core/clock.ts';
import type { ErrorClass } from '../core/errorClass.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { callResult, createCallHandler } from './callHandler.ts';
import { createClient } from './client.ts';
import type { Answer, Attempt, NetworkRouter } from './networkRouter.ts';

const good: Attempt = { service: 'a', reason: 'ok', afterMs: ms(0), latencyMs: ms(1) };
const bad = (of: ErrorClass): Attempt => ({
  service: 'b',
  reason: 'rpc-error',
  class: of,
  afterMs: ms(0),
  latencyMs: ms(1),
});
const result = (...attempts: Attempt[]): Answer => ({ kind: 'result', result: '1' as RawJson, attempts });
const error = (...attempts: Attempt[]): Answer => ({ kind: 'error', error: '{}' as RawJson, attempts });
const errorOfPart = (part: number, ...attempts: Attempt[]): Answer => ({
  kind: 'error',
  error: '{}' as RawJson,
  attempts,
  part,
  parts: part + 1,
});
const refused: Answer = { kind: 'error', error: '{}' as RawJson, attempts: [], refused: true };

describe('callResult', () => {
  test.each<[string, Answer, string]>([
    ['an answer', result(good), 'result'],
    ['an answer after a failure', result(bad('provider'), good), 'result'],
    ["the client's mistake", error(bad('client')), 'error'],
    ["the client's mistake after a failure", error(bad('provider'), bad('client')), 'error'],
    ['a question that no service can answer', error(bad('capability'), bad('capability')), 'error'],
    ['failures alone', error(bad('provider'), bad('capacity')), 'failed'],
    ['nobody to ask', error(), 'failed'],
    [
      'a failure of one part, after a refusal of another',
      errorOfPart(1, { ...bad('capability'), part: 0 }, { ...bad('provider'), part: 1 }),
      'failed',
    ],
    [
      'an error of one part, after a failure of another',
      errorOfPart(1, { ...bad('provider'), part: 0 }, { ...bad('client'), part: 1 }),
      'error',
    ],
    ['more than the gateway gives', refused, 'error'],
  ])('%s', (_, answer, expected) => {
    expect(callResult(answer)).toBe(expected);
  });
});

describe('callHandler', () => {
  function handler(answer: Answer) {
    const lines: string[] = [];
    const registry = new Registry();
    const calls = createCallHandler({
      clock: systemClock,
      deadlineMs: () => ms(1_000),
      logCalls: (router, call, options) => router.forward(call, options),
      metrics: createMetrics(registry),
      logger: createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } }),
    });
    const router: NetworkRouter = {
      caip2: 'eip155:1' as Caip2,
      slug: 'ethereum',
      setServices: () => undefined,
      setWeight: () => undefined,
      setOnDuty: () => undefined,
      setSettings: () => undefined,
      forward: () => Promise.resolve(answer),
      reportHead: () => undefined,
      services: () => [],
      hasEligible: () => true,
      agreedHead: () => undefined,
      logBlocks: () => undefined,
      reportFindings: () => undefined,
      explain: () => {
        throw new Error('not asked here');
      },
    };
    const client = createClient('request-7');
    const handle = (method = 'eth_call') =>
      calls.handle(router, { id: '1' as RawJson, method, params: undefined }, client);
    return { ...calls, handle, lines, registry, leave: client.leave };
  }

  test('counts a fail-over once, however many services failed', async () => {
    const { handle, totals, registry, lines } = handler(result(bad('provider'), bad('capacity'), good));
    await handle();
    expect(totals()).toEqual({ calls: 1, failed: 0, failovers: 1 });
    expect(await registry.metrics()).toContain('din_failovers_total{network="ethereum"} 1');
    expect(lines).toEqual([]);
  });

  test('a transaction that several services knew already is no fail-over', async () => {
    const { handle, totals } = handler(result(bad('known'), good));
    await handle();
    expect(totals()).toEqual({ calls: 1, failed: 0, failovers: 0 });
  });

  test('logs a failed call with its request id, attempts and no more of the method than is readable', async () => {
    const { handle, totals, lines } = handler(error(bad('provider')));
    await handle('m'.repeat(10_000));
    expect(totals()).toEqual({ calls: 1, failed: 1, failovers: 0 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      event: 'call_failed',
      requestId: 'request-7',
      network: 'ethereum',
      method: `${'m'.repeat(64)}…`,
      attempts: [{ service: 'b', class: 'provider', reason: 'rpc-error' }],
    });
  });

  test('a call that ended because its client had left is no failure and no line', async () => {
    const { handle, leave, totals, lines, registry } = handler(
      error({ ...bad('provider'), reason: 'aborted' }),
    );
    leave();
    await handle();
    expect(totals()).toEqual({ calls: 1, failed: 0, failovers: 0 });
    expect(await registry.metrics()).toContain('din_calls_total{network="ethereum",result="gone"} 1');
    expect(lines).toEqual([]);
  });

  test("a client's own error is passed on and no failure", async () => {
    const { handle, totals, lines } = handler(error(bad('client')));
    expect(await handle()).toMatchObject({ kind: 'error' });
    expect(totals()).toEqual({ calls: 1, failed: 0, failovers: 0 });
    expect(lines).toEqual([]);
  });
});
