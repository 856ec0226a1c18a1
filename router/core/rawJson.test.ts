import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeString,
  eachMember,
  encodeJson,
  isJson,
  jsonKind,
  type RawJson,
  rawElements,
} from './rawJson.ts';

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const utf8 = (raw: string) => Buffer.from(raw, 'latin1').toString('utf8');

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function members(text: string): Map<string, RawJson> | undefined {
  const found = new Map<string, RawJson>();
  return eachMember(text, (key, value) => found.set(key, value)) ? found : undefined;
}

const anySpace = fc.array(fc.constantFrom(' ', '\n', '\r', '\t'), { maxLength: 3 }).map((s) => s.join(''));
const keepsKeys = fc.dictionary(
  fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
  fc.jsonValue(),
);

describe('raw JSON', () => {
  it('finds each member of any object, byte for byte', () => {
    fc.assert(
      fc.property(keepsKeys, anySpace, (object, space) => {
        const entries = Object.entries(object).map(([key, value]) => [key, JSON.stringify(value)] as const);
        const text = `${space}{${space}${entries
          .map(([key, value]) => `${JSON.stringify(key)}${space}:${space}${value}${space}`)
          .join(`,${space}`)}}${space}`;
        const found = members(latin1(text));
        expect(found && [...found].map(([key, value]) => [key, utf8(value)])).toEqual(entries);
      }),
    );
  });

  it('finds each element of any array, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (array, indent) => {
        const found = rawElements(latin1(JSON.stringify(array, null, indent)));
        expect(found?.map((raw) => JSON.parse(utf8(raw)))).toEqual(JSON.parse(JSON.stringify(array)));
      }),
    );
  });

  it('accepts exactly what JSON.parse accepts, also after a random edit', () => {
    const edited = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...'{}[]",:\\0e-+.tn \n\u0001é'))
      .map(([text, where, cut, insert]) => {
        const at = where % (text.length + 1);
        return text.slice(0, at) + insert + text.slice(at + cut);
      });
    fc.assert(
      fc.property(edited, (text) => {
        expect(isJson(latin1(text))).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '',
    ' ',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '+1',
    'tru',
    'nul',
    '"',
    '"\\x"',
    '"\\u12g4"',
    '"\n"',
    '[1,]',
    '[,1]',
    '[1 2]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '{"a":1}x',
    '[1]]',
    '{"a":[}',
    '\ufeff{}',
  ])('refuses %j', (text) => {
    expect(parses(text)).toBe(false);
    expect(isJson(text)).toBe(false);
    expect(members(text)).toBeUndefined();
    expect(rawElements(text)).toBeUndefined();
  });

  it('keeps numbers as they were written', () => {
    const numbers = ['1.0', '-0', '1e400', '123456789012345678901234567890', '0.10', '1E+2'];
    expect(rawElements(`[${numbers.join(',')}]`)).toEqual(numbers);
  });

  it('takes the last of duplicate members', () => {
    expect(members('{"a":1,"a":2}')?.get('a')).toBe('2');
  });

  it('reads escaped keys', () => {
    expect(members('{"\\u0069d":7}')?.get('id')).toBe('7');
  });

  it('survives any depth without recursion and refuses absurd ones', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(isJson(nested(10_000))).toBe(true);
    expect(isJson(nested(1_000_000))).toBe(false);
    expect(isJson('['.repeat(1_000_000))).toBe(false);
  });

  it('tells the kind of each value', () => {
    const kinds = rawElements('[{},[],"",-1,0,true,false,null]')?.map(jsonKind);
    const expected = ['object', 'array', 'string', 'number', 'number', 'boolean', 'boolean', 'null'];
    expect(kinds).toEqual(expected);
  });

  it('decodes and encodes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeString(encodeJson(text))).toBe(text);
      }),
    );
  });
});
