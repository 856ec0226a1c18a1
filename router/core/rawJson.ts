import type { Branded } from './units.ts';

/**
 * JSON text as it came over the wire, each byte one latin1 character: slices of a body pass through unchanged,
 * whatever numbers, key order or UTF-8 they hold, and are written back with `Buffer.from(raw, 'latin1')`.
 */
export type RawJson = Branded<string, 'RawJson'>;

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

// Call traces nest twice per EVM call and calls go 1,024 deep; nothing real comes near this, and it bounds memory.
const MAX_DEPTH = 16_384;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Visits the members of the object that `text` is, in order, duplicates included (the last one counts, as with
 * `JSON.parse`). The whole text is checked as strictly as `JSON.parse` does.
 * @returns false when the text is not one JSON object; members visited until then mean nothing.
 */
export function eachMember(text: string, visit: (key: string, value: RawJson) => void): boolean {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== OPEN_OBJECT) return false;
  at = skipSpace(text, at + 1);
  if (text.charCodeAt(at) === CLOSE_OBJECT) return skipSpace(text, at + 1) === text.length;
  for (;;) {
    const plainEnd = skipPlainString(text, at);
    const keyEnd = plainEnd < 0 ? skipString(text, at) : plainEnd;
    const value = keyEnd < 0 ? -1 : skipColon(text, keyEnd);
    const valueEnd = value < 0 ? -1 : skipValue(text, value);
    if (valueEnd < 0) return false;
    const key =
      plainEnd < 0 ? decodeString(text.slice(at, keyEnd) as RawJson) : text.slice(at + 1, keyEnd - 1);
    visit(key, text.slice(value, valueEnd) as RawJson);
    at = skipSpace(text, valueEnd);
    const next = text.charCodeAt(at);
    if (next === CLOSE_OBJECT) return skipSpace(text, at + 1) === text.length;
    if (next !== COMMA) return false;
    at = skipSpace(text, at + 1);
  }
}

/** The elements of the array that `text` is; undefined when it is not one strict JSON array. */
export function rawElements(text: string): RawJson[] | undefined {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== OPEN_ARRAY) return undefined;
  const elements: RawJson[] = [];
  at = skipSpace(text, at + 1);
  if (text.charCodeAt(at) === CLOSE_ARRAY)
    return skipSpace(text, at + 1) === text.length ? elements : undefined;
  for (;;) {
    const end = skipValue(text, at);
    if (end < 0) return undefined;
    elements.push(text.slice(at, end) as RawJson);
    at = skipSpace(text, end);
    const next = text.charCodeAt(at);
    if (next === CLOSE_ARRAY) return skipSpace(text, at + 1) === text.length ? elements : undefined;
    if (next !== COMMA) return undefined;
    at = skipSpace(text, at + 1);
  }
}

/** Whether the text is one JSON value, by the strict grammar, with only white space around it. */
export function isJson(text: string): boolean {
  const end = skipValue(text, skipSpace(text, 0));
  return end >= 0 && skipSpace(text, end) === text.length;
}

/** Kind of a value already known to be JSON without white space around it. */
export function jsonKind(raw: RawJson): JsonKind {
  switch (raw.charCodeAt(0)) {
    case OPEN_OBJECT:
      return 'object';
    case OPEN_ARRAY:
      return 'array';
    case QUOTE:
      return 'string';
    case 0x74:
    case 0x66:
      return 'boolean';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}

// Only ASCII without escapes reads the same in its raw form.
const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/;

/** The text that a raw JSON string stands for. */
export function decodeString(raw: RawJson): string {
  const inner = raw.slice(1, -1);
  return PLAIN.test(inner) ? inner : String(JSON.parse(Buffer.from(raw, 'latin1').toString('utf8')));
}

/** A value of our own as raw JSON. */
export function encodeJson(value: unknown): RawJson {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('latin1') as RawJson;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const char = text.charCodeAt(at);
    if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return at;
    at += 1;
  }
}

function skipColon(text: string, start: number): number {
  const at = skipSpace(text, start);
  return text.charCodeAt(at) === COLON ? skipSpace(text, at + 1) : -1;
}

function skipKey(text: string, start: number): number {
  const end = skipString(text, start);
  return end < 0 ? -1 : skipColon(text, end);
}

/** Index after the value at `start`, or -1. */
function skipValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  return first === OPEN_OBJECT || first === OPEN_ARRAY
    ? skipNested(text, start)
    : skipScalar(text, start, first);
}

/** Of an object or array. A loop and not a recursion: depth is the sender's choice. */
function skipNested(text: string, start: number): number {
  const closers: number[] = [];
  let depth = 0;
  let at = start;
  for (;;) {
    const first = text.charCodeAt(at);
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      const closer = first + 2;
      at = skipSpace(text, at + 1);
      if (text.charCodeAt(at) !== closer) {
        if (depth === MAX_DEPTH) return -1;
        closers[depth] = closer;
        depth += 1;
        if (closer === CLOSE_OBJECT) at = skipKey(text, at);
        if (at < 0) return -1;
        continue;
      }
      at += 1;
    } else {
      at = skipScalar(text, at, first);
      if (at < 0) return -1;
    }
    // A value has ended: close what ends with it, or go on to the next value.
    for (;;) {
      if (depth === 0) return at;
      const closer = closers[depth - 1];
      at = skipSpace(text, at);
      const next = text.charCodeAt(at);
      at += 1;
      if (next === COMMA) {
        at = skipSpace(text, at);
        if (closer === CLOSE_OBJECT) at = skipKey(text, at);
        if (at < 0) return -1;
        break;
      }
      if (next !== closer) return -1;
      depth -= 1;
    }
  }
}

function skipScalar(text: string, at: number, first: number): number {
  if (first === QUOTE) return skipString(text, at);
  if (text.startsWith('true', at) || text.startsWith('null', at)) return at + 4;
  if (text.startsWith('false', at)) return at + 5;
  return skipNumber(text, at);
}

/** Of a string that reads the same in its raw form, as nearly all keys do; -1 for all else. */
function skipPlainString(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) return -1;
  let at = start + 1;
  for (;;) {
    const char = text.charCodeAt(at);
    at += 1;
    if (char === QUOTE) return at;
    // At the text's end it is not a number.
    if (!(char >= 0x20 && char < 0x7f) || char === BACKSLASH) return -1;
  }
}

function skipString(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) return -1;
  let at = start + 1;
  for (;;) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at + 1;
    if (char === BACKSLASH) {
      at = skipEscape(text, at);
      if (at < 0) return -1;
    } else if (char >= 0x20) at += 1;
    else return -1; // a control character, or NaN at the end of the text
  }
}

const ESCAPE = /[btnfr"\\/]|u[0-9a-fA-F]{4}/y;

function skipEscape(text: string, backslash: number): number {
  ESCAPE.lastIndex = backslash + 1;
  return ESCAPE.test(text) ? ESCAPE.lastIndex : -1;
}

function skipDigits(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at;
}

function skipNumber(text: string, start: number): number {
  let at = text.charCodeAt(start) === MINUS ? start + 1 : start;
  if (!isDigit(text.charCodeAt(at))) return -1;
  at = text.charCodeAt(at) === 0x30 ? at + 1 : skipDigits(text, at);
  if (text.charCodeAt(at) === 0x2e) {
    const end = skipDigits(text, at + 1);
    if (end === at + 1) return -1;
    at = end;
  }
  const exponent = text.charCodeAt(at);
  if (exponent === 0x65 || exponent === 0x45) {
    const sign = text.charCodeAt(at + 1);
    const digits = sign === 0x2b || sign === MINUS ? at + 2 : at + 1;
    at = skipDigits(text, digits);
    if (at === digits) return -1;
  }
  return at;
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}
