import { expect, test } from 'vitest';
import { workerFlags } from './workerFlags.ts';

test('workers get this process flags and a bound for young objects', () => {
  expect(workerFlags(['--enable-source-maps'])).toEqual(['--enable-source-maps', '--max-semi-space-size=8']);
});

test.each([
  [['--max-semi-space-size=64'], undefined],
  [['--max_semi_space_size', '64'], undefined],
  [[], '--no-warnings --max-semi-space-size=2'],
])('a bound that the operator set stays: %j, NODE_OPTIONS %j', (own, nodeOptions) => {
  expect(workerFlags(own, nodeOptions)).toEqual(own);
});
