import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function capture(level: 'debug' | 'info' = 'debug') {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level, destination: { write: (line) => lines.push(line) } }) };
}

test('writes one JSON object a line, with its event', () => {
  const { lines, logger } = capture();
  logger.info({ network: 'ethereum' }, 'call_failed');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    event: 'call_failed',
    network: 'ethereum',
  });
});

test('masks keys in URLs wherever they stand', () => {
  const { lines, logger } = capture();
  const err = new Error('connect to https://me:secret@a.example/v3/secret failed');
  logger.error({ err, nested: { urls: ['https://b.example?key=secret'] } }, 'to https://c.example/secret');
  expect(lines.join()).not.toContain('secret');
  expect(lines.join()).toContain('https://b.example/***');
});

test('masks what is named a secret', () => {
  const { lines, logger } = capture();
  logger.info({ password: 'hunter2', headers: { authorization: 'hunter2' } }, 'request');
  expect(lines.join()).not.toContain('hunter2');
});

test("a stranger's text cannot begin a line of its own", () => {
  const { lines, logger } = capture();
  logger.info({ text: 'x\n{"level":"fatal"}\r\u001b[31m' }, 'odd');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/);
});

test('keeps to its level', () => {
  const { lines, logger } = capture('info');
  logger.debug({}, 'detail');
  expect(lines).toEqual([]);
});
