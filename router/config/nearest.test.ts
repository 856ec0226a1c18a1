import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['slgu', 'slug'],
  ['Upstream', 'upstreams'],
  ['lsiten', 'listen'],
])('%s means %s', (typed, meant) => {
  expect(nearest(typed, ['id', 'slug', 'upstreams', 'listen'])).toBe(meant);
});

test('a far word means nothing', () => {
  expect(nearest('colour', ['id', 'slug', 'upstreams'])).toBeUndefined();
});
