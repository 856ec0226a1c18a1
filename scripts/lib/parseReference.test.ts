import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import { parseReference } from './parseReference.ts';

test('own nodes are gathered by their network, whatever their URLs hold', () => {
  const first = parseReference('eip155:1=http://127.0.0.1:8545/?key=a=b');
  expect([...parseReference('eip155:59144=https://node.example', first)]).toEqual([
    ['eip155:1', 'http://127.0.0.1:8545/?key=a=b'],
    ['eip155:59144', 'https://node.example'],
  ]);
});

test.each([
  '',
  'eip155:1',
  'linea=http://node.example',
  'solana:mainnet=http://a',
  'eip155:1=wss://a',
  'eip155:1=nothing',
])('%s is refused', (text) => {
  expect(() => parseReference(text)).toThrow(InvalidArgumentError);
});
