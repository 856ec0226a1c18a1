import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawJson } from '../../core/rawJson.ts';
import { answeredFrom, joinLogs, logsInside, type PartLogs } from './joinLogs.ts';

const raw = (text: string) => text as RawJson;

describe('logsInside', () => {
  test.each([
    ['[]', ''],
    ['[ \n\t]', ''],
    ['[{"a":1}]', '{"a":1}'],
    ['[ {} , {} ]', ' {} , {} '],
  ])('%j', (result, inside) => {
    expect(logsInside(raw(result))).toBe(inside);
  });

  test.each(['null', '{}', '"[]"', '0', 'true'])('%s is no list', (result) => {
    expect(logsInside(raw(result))).toBeUndefined();
  });
});

describe('joinLogs', () => {
  const log = fc.constantFrom('{"a":1.0}', '{"b":"\\u00e9"}', '{"c":[],"c":{}}', '12345678901234567890');

  test('is what one list of all would be, in whatever order the parts came', () => {
    const scenario = fc
      .array(fc.array(log, { maxLength: 3 }), { minLength: 1 })
      .chain((lists) =>
        fc.tuple(fc.constant(lists), fc.shuffledSubarray([...lists.keys()], { minLength: lists.length })),
      );
    fc.assert(
      fc.property(scenario, ([lists, order]) => {
        const parts = order.map((from): PartLogs => {
          const inside = logsInside(raw(`[${lists[from]?.join(',')}]`));
          return { span: { from, to: from }, inside: inside ?? 'no list' };
        });
        expect(joinLogs(parts)).toBe(`[${lists.flat().join(',')}]`);
      }),
    );
  });
});

test('answeredFrom() goes as far as nothing is missing', () => {
  const part = (from: number, to: number): PartLogs => ({ span: { from, to }, inside: '' });
  expect(answeredFrom(5, [])).toBeUndefined();
  expect(answeredFrom(5, [part(6, 7)])).toBeUndefined();
  expect(answeredFrom(5, [part(8, 8), part(5, 7), part(10, 12)])).toEqual({ from: 5, to: 8 });
});
