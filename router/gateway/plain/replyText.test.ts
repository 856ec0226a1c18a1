import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RawJson } from '../../core/rawJson.ts';
import { replyText } from './replyText.ts';

beforeAll(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 25, 12, 0, 0, 400) });
});
afterAll(() => {
  vi.useRealTimers();
});

const OK = {
  status: 200,
  body: '{"ü":1}' as RawJson,
  headers: ['x-a', '1', 'x-b', '2'],
  last: false,
} as const;

test('is a whole response', () => {
  expect(replyText(OK, 'id-1', 75).split('\r\n')).toEqual([
    'HTTP/1.1 200 OK',
    'access-control-allow-origin: *',
    'access-control-expose-headers: x-request-id',
    'x-request-id: id-1',
    'x-a: 1',
    'x-b: 2',
    'date: Wed, 25 Nov 2026 12:00:00 GMT',
    'connection: keep-alive',
    'keep-alive: timeout=75',
    'content-type: application/json',
    'content-length: 7',
    '',
    '{"ü":1}',
  ]);
});

test('without a body says nothing of one, and without a time that the connection is closed', () => {
  const text = replyText({ status: 204, body: undefined, headers: undefined, last: true }, 'id-1', undefined);
  expect(text).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
  expect(text).toMatch(/\r\nconnection: close\r\n\r\n$/);
  expect(text).not.toMatch(/content-|keep-alive/);
});

test('bears the date of its second', () => {
  const dateAfter = (ms: number) => {
    vi.advanceTimersByTime(ms);
    return /date: .* (\S+) GMT/.exec(replyText(OK, 'id-1', 75))?.[1];
  };
  const dates = [0, 599, 1, 999, 1, 60_500, 500].map(dateAfter);
  expect(dates).toEqual(['12:00:00', '12:00:00', '12:00:01', '12:00:01', '12:00:02', '12:01:02', '12:01:03']);
});
