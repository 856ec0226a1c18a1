import type { BodyBytes } from './bodyBytes.ts';

/** Decodes one body in chunked transfer coding (RFC 9112, 7.1), however it is split. */
export interface ChunkedBody {
  start(): void;
  /** @returns the index after the body's last byte, or what is missing or wrong. */
  push(piece: Buffer, from: number): number | 'more' | 'malformed' | 'too-large';
}

type State = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer' | 'field' | 'lf';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
// 8 hexadecimal digits are 4 GiB, far above any limit.
const MAX_SIZE_DIGITS = 8;

/** @param maxExtraBytes Of extensions and trailers together; they are passed over. */
export function createChunkedBody(body: BodyBytes, maxExtraBytes: number): ChunkedBody {
  let state: State = 'size';
  let digits = 0;
  let left = 0;
  let extra = 0;
  // Of a trailer's CR LF: the empty line's ends the body, a field's does not.
  let last = false;

  function startChunk() {
    state = 'size';
    digits = 0;
    left = 0;
  }

  /** Takes one byte of what stands between the data. */
  function step(byte: number): boolean {
    switch (state) {
      case 'size': {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          left = left * 16 + digit;
          digits += 1;
          return digits <= MAX_SIZE_DIGITS;
        }
        if (digits === 0) return false;
        state = byte === CR ? 'size-lf' : 'extension';
        return byte === CR || byte === SEMICOLON;
      }
      case 'extension':
        if (byte === CR) state = 'size-lf';
        else extra += 1;
        return byte === CR || isText(byte);
      case 'size-lf':
        state = left === 0 ? 'trailer' : 'data';
        return byte === LF;
      case 'data-cr':
        state = 'data-lf';
        return byte === CR;
      case 'data-lf':
        startChunk();
        return byte === LF;
      case 'trailer':
      case 'field':
        last = state === 'trailer';
        if (byte !== CR) extra += 1;
        state = byte === CR ? 'lf' : 'field';
        return byte === CR || isText(byte);
      default:
        state = 'trailer';
        return byte === LF;
    }
  }

  return {
    start() {
      startChunk();
      extra = 0;
      last = false;
    },
    push(piece, from) {
      let at = from;
      while (at < piece.length) {
        if (state === 'data') {
          const end = Math.min(piece.length, at + left);
          if (!body.add(piece.subarray(at, end))) return 'too-large';
          left -= end - at;
          at = end;
          if (left === 0) state = 'data-cr';
          continue;
        }
        const ending = state === 'lf' && last;
        if (!step(piece[at] ?? 0)) return 'malformed';
        if (extra > maxExtraBytes) return 'too-large';
        at += 1;
        if (ending) return at;
      }
      return 'more';
    },
  };
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function isText(byte: number): boolean {
  return byte === 0x09 || (byte >= 0x20 && byte !== 0x7f);
}
