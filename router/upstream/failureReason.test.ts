import { expect, test } from 'vitest';
import { failureReason } from './failureReason.ts';

const failing = (code: string) => Object.assign(new Error('connect failed'), { code });

test.each(['EMFILE', 'ENFILE', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EAI_AGAIN'])(
  '%s says that this machine could not reach out, and nothing about the node',
  (code) => {
    expect(failureReason(failing(code))).toBe('own-machine');
    expect(failureReason(new AggregateError([failing(code)]))).toBe('own-machine');
  },
);

test('a name that does not exist, and a node that refuses, are the node’s', () => {
  expect(failureReason(failing('ENOTFOUND'))).toBe('dns');
  expect(failureReason(failing('ECONNREFUSED'))).toBe('refused');
});
