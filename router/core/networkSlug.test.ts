import { expect, test } from 'vitest';
import { isNetworkSlug, RESERVED_SLUGS } from './networkSlug.ts';

test.each(['ethereum', 'base-sepolia', 'a', 'x1'])('%s is a slug', (text) => {
  expect(isNetworkSlug(text)).toBe(true);
});

test.each([
  '',
  '1',
  '1inch',
  'Ethereum',
  'a_b',
  'a/b',
  'eip155:1',
  '-a',
  'ünder',
  `a${'b'.repeat(32)}`,
  'a\n',
])('%j is none', (text) => {
  expect(isNetworkSlug(text)).toBe(false);
});

test("no network takes the place of the gateway's own pages", () => {
  for (const slug of RESERVED_SLUGS) expect(isNetworkSlug(slug)).toBe(false);
});
