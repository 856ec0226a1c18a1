import { describe, expect, test } from 'vitest';
import { ms } from '../core/units.ts';
import type { Attempt } from './networkRouter.ts';
import { detailHeaders, type RoutedCall } from './routingDetails.ts';

const attempt = (
  service: string,
  afterMs: number,
  latencyMs: number,
  more: Partial<Attempt> = {},
): Attempt => ({
  service,
  reason: 'ok',
  afterMs: ms(afterMs),
  latencyMs: ms(latencyMs),
  ...more,
});
const failed = { reason: 'http-status', class: 'provider' } as const;

function headers(calls: readonly RoutedCall[], elapsedMs?: number): Record<string, string> {
  const list = detailHeaders(calls, elapsedMs);
  return Object.fromEntries(
    Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i], list[2 * i + 1]]),
  );
}
const ofOne = (method: string, attempts: readonly Attempt[], parts?: number) =>
  headers([{ method, attempts, parts }], 100);

describe('detailHeaders', () => {
  test('name who answered after another failed, and the time of both', () => {
    const made = ofOne('eth_call', [attempt('bad', 1, 20, failed), attempt('0xabcd…ef12', 22, 30)]);
    expect(made).toMatchObject({
      'x-din-service': '0xabcd...ef12',
      'x-din-attempts': '2',
      'x-din-hedged': '0',
      'server-timing': 'upstream;dur=50, gateway;dur=50',
    });
    expect(made).not.toHaveProperty('x-din-parts');
  });

  test('count time in which two were at work once', () => {
    const hedged = [attempt('slow', 0, 60, { reason: 'aborted' }), attempt('fast', 40, 20)];
    expect(ofOne('eth_call', hedged)).toMatchObject({
      'x-din-service': 'fast',
      'x-din-hedged': '1',
      'server-timing': 'upstream;dur=60, gateway;dur=40',
    });
  });

  test('take a transaction sent to several for no hedge', () => {
    const sent = [attempt('a', 0, 50), attempt('b', 0, 50, { reason: 'aborted' })];
    expect(ofOne('eth_sendRawTransaction', sent)['x-din-hedged']).toBe('0');
  });

  test('take parts asked at once for no hedge, but two services asked for one part', () => {
    const parts = [attempt('a', 0, 50, { part: 0 }), attempt('b', 1, 50, { part: 1 })];
    const made = ofOne('eth_getLogs', parts, 2);
    expect(made).toMatchObject({ 'x-din-parts': '2', 'x-din-attempts': '2', 'x-din-hedged': '0' });
    expect(made).not.toHaveProperty('x-din-service');
    const joined = [...parts, attempt('c', 20, 20, { part: 1 })];
    expect(ofOne('eth_getLogs', joined, 2)['x-din-hedged']).toBe('1');
  });

  test('name nobody when nobody answered', () => {
    expect(ofOne('eth_call', [attempt('bad', 0, 5, failed)])).not.toHaveProperty('x-din-service');
  });

  test('are sums for a batch, without times', () => {
    const call = { method: 'eth_call', attempts: [attempt('a', 0, 5)] };
    const logs = { method: 'eth_getLogs', attempts: [attempt('a', 0, 5, { part: 0 })], parts: 3 };
    const made = headers([call, call, logs]);
    expect(made).toMatchObject({ 'x-din-attempts': '3', 'x-din-hedged': '0', 'x-din-parts': '3' });
    expect(Object.keys(made).sort()).toEqual([
      'access-control-expose-headers',
      'x-din-attempts',
      'x-din-hedged',
      'x-din-parts',
    ]);
  });
});
