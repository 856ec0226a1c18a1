import { expect, test } from 'vitest';
import type { Ms } from '../core/units.ts';
import type { ServiceKey } from '../registry/providerSet.ts';
import { createCallBook, MAX_CALL_SAMPLES } from './callBook.ts';
import type { Sample } from './sample.ts';

const key = 'p/n' as ServiceKey;
const sample = (at: number): Sample => ({
  ...{ startedAt: at as Ms, endedAt: at as Ms, ok: true, latencyMs: 1 as Ms },
  ...{ head: undefined, mismatch: false },
});

test('what calls showed is handed over once, by epoch, and late comers are lost', () => {
  const book = createCallBook(Math.random);
  book.add(1, key, sample(1));
  book.add(2, key, sample(2));
  expect(book.take(1)).toEqual(new Map([[key, [sample(1)]]]));
  book.add(1, key, sample(3));
  expect(book.take(1)).toEqual(new Map());
  expect(book.take(2)).toEqual(new Map([[key, [sample(2)]]]));
});

test('what failed since a service has said that it would is taken back, and there is room again', () => {
  const book = createCallBook(Math.random);
  for (let at = 0; at < 2 * MAX_CALL_SAMPLES; at += 1) book.add(1, key, { ...sample(at), ok: at % 2 === 0 });
  book.forgive(key, 100 as Ms);
  const later = 10_000;
  for (let at = 0; at < MAX_CALL_SAMPLES; at += 1) book.add(1, key, sample(later + at));
  const kept = book.take(1).get(key) ?? [];
  expect(kept.filter(({ ok, endedAt }) => !ok && endedAt >= 100)).toEqual([]);
  expect(kept).toHaveLength(MAX_CALL_SAMPLES);
  expect(kept.every((one) => one !== undefined)).toBe(true);
});

test('a service with a million calls takes no more room than one with some', () => {
  const book = createCallBook(Math.random);
  for (let at = 0; at < 5_000; at += 1) book.add(1, key, sample(at));
  const kept = book.take(1).get(key) ?? [];
  expect(kept).toHaveLength(MAX_CALL_SAMPLES);
  // Not the first ones: an epoch's whole length counts.
  expect(kept.some(({ startedAt }) => startedAt > 2_500)).toBe(true);
});
