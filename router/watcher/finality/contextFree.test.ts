import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Hex } from '../../registry/providerSet.ts';
import { isContextFree } from './contextFree.ts';

test('code that looks at its own storage, the call and its sender is the same on every node', () => {
  expect(isContextFree('0x33355460005260206000f3')).toBe(true);
});

test.each([
  ['the gas price', '3a'],
  ['who mines', '41'],
  ['the time', '42'],
  ['the gas that is left', '5a'],
  ['the base fee', '48'],
  ['another contract', 'f1'],
  ['other code in its place', 'f4'],
])('code that sees %s is not compared', (_, opcode) => {
  expect(isContextFree(`0x6000${opcode}600052`)).toBe(false);
  // What a push carries is never executed.
  expect(isContextFree(`0x60${opcode}600052`)).toBe(true);
  expect(isContextFree(`0x62${opcode}${opcode}${opcode}600052`)).toBe(true);
});

test('no code, a delegation and a push that is cut off', () => {
  expect(isContextFree('0x')).toBe(false);
  expect(isContextFree(`0xef0100${'11'.repeat(20)}`)).toBe(false);
  expect(isContextFree('0x7f42')).toBe(true);
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(typeof isContextFree(`0x${Buffer.from(bytes).toString('hex')}` as Hex)).toBe('boolean');
    }),
  );
});
