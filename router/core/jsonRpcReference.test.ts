import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ParsedBody, type ParsedItem, parseBody } from './jsonRpc.ts';
import { referenceParse } from './jsonRpcReference.fixture.ts';
import type { RawJson } from './rawJson.ts';

/** Ids and parameters stay as they were sent; here they are written as the reference writes them. */
function rewritten(parsed: ParsedBody): ParsedBody {
  if (parsed.kind === 'single') return { ...parsed, item: rewrittenItem(parsed.item) };
  if (parsed.kind === 'batch') return { ...parsed, items: parsed.items.map(rewrittenItem) };
  return parsed;
}

function rewrittenItem(item: ParsedItem): ParsedItem {
  if (item.kind === 'invalid') return { ...item, id: rewrite(item.id) };
  const { id, method, params } = item.call;
  return {
    kind: 'call',
    call: { id: id && rewrite(id), method, params: params && rewrite(params) },
  };
}

function rewrite(raw: RawJson): RawJson {
  return JSON.stringify(JSON.parse(Buffer.from(raw, 'latin1').toString('utf8'))) as RawJson;
}

function check(text: string): void {
  expect(rewritten(parseBody(Buffer.from(text, 'utf8')))).toEqual(referenceParse(text));
}

// A text that `JSON.stringify` would never write: escapes, any number, white space, members twice.
const space = fc.constantFrom('', '', ' ', '\n', '\r\t ');
const escaped = fc.constantFrom(
  '"2.0"',
  '"\\u0032.0"',
  '"1.0"',
  '""',
  '"\\ud83d\\ude00"',
  '"\\ud800"',
  '"é日\u2028"',
  '"a\\"\\\\\\/\\b\\f\\n\\r\\t"',
);
const number = fc.constantFrom(
  '0',
  '-0',
  '1.50',
  '1e400',
  '-1E-400',
  '12345678901234567890123',
  '01',
  '1.',
  '.5',
  '+1',
  'NaN',
);
const { value } = fc.letrec<{ value: string; member: string; item: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    escaped,
    number,
    fc.constantFrom('true', 'false', 'null', 'nul', 'undefined', ''),
    fc.json({ maxDepth: 2 }),
    fc.array(tie('item'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc.array(tie('member'), { maxLength: 6 }).map((members) => `{${members.join(',')}}`),
  ),
  item: fc.tuple(space, tie('value'), space).map((parts) => parts.join('')),
  member: fc
    .tuple(
      space,
      fc.constantFrom(
        '"jsonrpc"',
        '"id"',
        '"\\u0069d"',
        '"method"',
        '"params"',
        '"result"',
        '"x"',
        'id',
        '""',
      ),
      space,
      tie('value'),
    )
    .map(([before, key, between, value]) => `${before}${key}${between}:${between}${value}`),
}));

/** Mostly a request, with some of its members missing, wrong, doubled or out of order. */
const request = fc
  .tuple(
    fc.shuffledSubarray(
      [
        '"jsonrpc":"2.0"',
        '"method":"eth_call"',
        '"id":1',
        '"params":[]',
        '"id":"x"',
        '"jsonrpc":2',
        '"params":null',
      ],
      { minLength: 2 },
    ),
    fc.array(fc.tuple(fc.constantFrom('"id"', '"method"', '"params"', '"x"'), value), { maxLength: 2 }),
  )
  .map(([usual, odd]) => `{${[...usual, ...odd.map(([key, raw]) => `${key}:${raw}`)].join(',')}}`);

const body = fc.oneof(
  request,
  value,
  fc.array(fc.oneof(request, value), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
);

it('reads any body as JSON.parse and the specification do', () => {
  fc.assert(
    fc.property(fc.tuple(space, body, space), (parts) => check(parts.join(''))),
    { numRuns: 2_000 },
  );
});

it('and any body with a random edit', () => {
  const edited = fc
    .tuple(
      body,
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '{', '}', '[', ']', '"', ',', ':', '\\', '\u0000', '\ufeff', '1', 'é'),
    )
    .map(([text, where, cut, insert]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + insert + text.slice(at + cut);
    })
    // A cut through a surrogate pair is no text that can be sent.
    .filter((text) => text.isWellFormed());
  fc.assert(fc.property(edited, check), { numRuns: 2_000 });
});

it.each([
  ['a byte order mark', '\ufeff{"jsonrpc":"2.0","method":"m","id":1}'],
  ['trailing garbage', '{"jsonrpc":"2.0","method":"m","id":1}x'],
  ['two values', '{"jsonrpc":"2.0","method":"m","id":1} {}'],
  ['a NUL after the value', '{"jsonrpc":"2.0","method":"m","id":1}\u0000'],
  ['white space alone', ' \r\n\t'],
  ['other white space', '\u00a0{"jsonrpc":"2.0","method":"m","id":1}'],
  ['__proto__', '{"__proto__":{"id":7},"jsonrpc":"2.0","method":"m"}'],
  ['a batch within a batch', '[[{"jsonrpc":"2.0","method":"m","id":1}]]'],
])('%s means what JSON.parse says', (_name, text) => check(text));

it('keeps an id and parameters byte for byte, however they are written', () => {
  const id = fc.oneof(
    number.filter((raw) => /^-?(?:0|[1-9])/.test(raw) && !/^01|\.$/.test(raw)),
    escaped,
  );
  fc.assert(
    fc.property(id, fc.json(), space, (rawId, json, gap) => {
      const params = `[${gap}${json}${gap}]`;
      const parsed = parseBody(
        Buffer.from(`{"jsonrpc":"2.0","id":${gap}${rawId}${gap},"method":"m","params":${params}}`),
      );
      const latin1 = (text: string) => Buffer.from(text).toString('latin1');
      expect(parsed).toEqual({
        kind: 'single',
        item: { kind: 'call', call: { id: latin1(rawId), method: 'm', params: latin1(params) } },
      });
    }),
  );
});
