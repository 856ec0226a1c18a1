import { expect, it } from 'vitest';
import { hashText } from './persistentMap.ts';
import { Branch, compare, Leaf } from './trie.ts';
import { drop, put } from './trieChange.ts';

it('compares two versions without a look at what they share', () => {
  let reads = 0;
  /** Tells when its value is looked at. */
  const watched = (key: string) => {
    const leaf = new Leaf(hashText(key), key, key);
    return Object.defineProperty(leaf, 'value', {
      get() {
        reads += 1;
        return key;
      },
    });
  };
  const edit = { size: 0 };
  let before: Branch<string, string> = new Branch(edit, 0, []);
  for (let index = 0; index < 5_000; index++) before = put(before, edit, watched(`key-${index}`));
  const changed = put(before, { size: 5_000 }, new Leaf(hashText('key-1'), 'key-1', 'other'));
  const after = drop(changed, { size: 5_000 }, hashText('key-2'), 'key-2');

  reads = 0;
  const found: (string | undefined)[][] = [];
  compare(before, after, (was, is) => found.push([was?.key, is?.key]));
  expect(found.toSorted()).toEqual([
    ['key-1', 'key-1'],
    ['key-2', undefined],
  ]);
  expect(reads).toBeLessThanOrEqual(found.length);
});
