import { describe, expect, it } from 'vitest';
import { ms, unixSeconds } from '../core/units.ts';
import { createEndpointBook } from './endpointBook.ts';

function bookOfTwo() {
  let now = 0;
  const book = createEndpointBook({
    names: ['rpc[0]', 'rpc[1]'],
    clock: { now: () => ms(now), unix: () => unixSeconds(0) },
    random: () => 0,
    logger: undefined,
    closing: new AbortController().signal,
  });
  const passed = (spanMs: number) => {
    now += spanMs;
  };
  return { book, passed };
}

describe('an endpoint that is far below what another claims', () => {
  it('may still contradict it: the other may be of another chain', () => {
    const { book, passed } = bookOfTwo();
    for (const [index, head] of [1_024n, 100n].entries()) {
      book.saw(index, head);
      book.answered(index);
    }
    passed(60_000);
    book.saw(1, 100n);
    passed(60_000);
    expect(book.choose(new Set())).toBe(0);
    expect(book.isGood(1)).toBe(true);
  });

  it('is left once use has proven the claim', () => {
    const { book, passed } = bookOfTwo();
    for (const [index, head] of [1_024n, 100n].entries()) {
      book.saw(index, head);
      book.answered(index);
    }
    passed(60_000);
    book.used(0);
    expect(book.isGood(1)).toBe(false);
  });
});
