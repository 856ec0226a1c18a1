import { createMPT } from '@ethereumjs/mpt';
import { encode } from '@ethereumjs/rlp';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hexOf } from './fields.ts';
import { EMPTY_ROOT, orderedRoot } from './orderedRoot.ts';

async function libraryRoot(values: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT();
  for (const [index, value] of values.entries()) await trie.put(encode(index), value);
  return hexOf(trie.root());
}

test('the root of any list is what the library for such tries says', async () => {
  const value = fc.uint8Array({ minLength: 1, maxLength: 90 });
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 40 }), async (values) => {
      expect(orderedRoot(values)).toBe(await libraryRoot(values));
    }),
  );
});

test('and so at each length at which the positions take another byte', async () => {
  for (const length of [0, 1, 2, 16, 17, 127, 128, 129, 255, 256, 257, 300]) {
    const values = Array.from({ length }, (_, index) => Uint8Array.from([1 + (index % 255), index >> 8, 7]));
    expect(orderedRoot(values)).toBe(await libraryRoot(values));
  }
});

test('of nothing it is the empty root', () => {
  expect(orderedRoot([])).toBe(EMPTY_ROOT);
});
