import { expect, test } from 'vitest';
import { wrongResponse } from './wrongAnswer.ts';

const wrong = (method: string, result: string | { [key: string]: string }, chainId?: number) =>
  wrongResponse(method, { result }, chainId).result;

test('a lie has the shape of the truth', () => {
  expect(wrong('eth_getBalance', '0x10')).toBe('0x11');
  expect(wrong('eth_getBalance', '0x1f')).toBe('0x11');
  expect(wrong('eth_getBalance', '0x0')).toBe('0x1');
  expect(wrong('eth_getCode', '0x')).toBe('0x01');
  expect(wrong('eth_getBlockByNumber', { number: '0x1', hash: '0xaa', parentHash: '0xbf' })).toEqual({
    number: '0x1',
    hash: '0xab',
    parentHash: '0xb1',
  });
});

test('heads and sent transactions are left alone', () => {
  expect(wrong('eth_blockNumber', '0x10')).toBe('0x10');
  expect(wrong('eth_sendRawTransaction', '0x10')).toBe('0x10');
});

test('the chain id is another one only when it is asked for', () => {
  expect(wrong('eth_chainId', '0x539')).toBe('0x539');
  expect(wrong('eth_chainId', '0x539', 1)).toBe('0x1');
  expect(wrong('net_version', '1337', 1)).toBe('1');
});

test('errors stay errors', () => {
  const response = { error: { code: -32_000, message: 'no' } };
  expect(wrongResponse('eth_getBalance', response, undefined)).toBe(response);
});
