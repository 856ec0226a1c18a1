import { createBodyBytes } from './bodyBytes.ts';
import { createChunkedBody } from './chunkedBody.ts';
import { parseResponseHead, type ResponseHead } from './responseHead.ts';

export type Progress = 'more' | 'complete' | 'malformed' | 'too-large';

/** Reads one HTTP/1.1 response after the other from pieces split anywhere. No I/O. */
export interface ResponseParser {
  /** Forgets all: the next byte begins a response. */
  start(): void;
  push(piece: Buffer): Progress;
  /** The peer sends no more: `more` when something is missing. */
  end(): Progress;
  /** Of the final response, as soon as it is known; interim (1xx) ones are passed over. */
  head(): ResponseHead | undefined;
  /** Of a complete response. It may be a view on the last piece. */
  takeBody(): Buffer;
  /** Whether bytes have come, since the start, that the response does not need. */
  hasSurplus(): boolean;
}

export interface ResponseLimits {
  /** Of status line and headers, interim responses included; also of chunk extensions and trailers. */
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
}

const HEAD_END = '\r\n\r\n';
const BEGINNING = Buffer.from('HTTP/1.');

export function createResponseParser(limits: ResponseLimits): ResponseParser {
  const { maxHeaderBytes, maxBodyBytes } = limits;
  const body = createBodyBytes(maxBodyBytes);
  const chunked = createChunkedBody(body, maxHeaderBytes);
  let state: 'head' | 'body' | 'complete' = 'head';
  let head: ResponseHead | undefined;
  let surplus = false;
  // A head that comes in pieces is gathered here; the usual one is read where it lies.
  let gathered: Buffer | undefined;
  let gatheredBytes = 0;
  let interimBytes = 0;
  // Within a second a server often sends the same head again.
  let lastText: string | undefined;
  let lastHead: ResponseHead | undefined;

  /** @returns the index after the head, or what is missing or wrong. */
  function pushHead(piece: Buffer, from: number): number | Progress {
    const room = maxHeaderBytes - interimBytes;
    if (gatheredBytes === 0) {
      const end = piece.indexOf(HEAD_END, from, 'latin1');
      if (end >= 0) {
        if (end - from > room) return 'too-large';
        return readHead(piece.toString('latin1', from, end), end - from) ?? end + HEAD_END.length;
      }
    }
    gathered ??= Buffer.allocUnsafe(maxHeaderBytes + HEAD_END.length);
    const before = gatheredBytes;
    const copied = Math.min(piece.length - from, room + HEAD_END.length - before);
    piece.copy(gathered, before, from, from + copied);
    gatheredBytes += copied;
    const beginning = Math.min(BEGINNING.length, gatheredBytes);
    if (gathered.compare(BEGINNING, 0, beginning, 0, beginning) !== 0) return 'malformed';
    const end = gathered
      .subarray(0, gatheredBytes)
      .indexOf(HEAD_END, Math.max(0, before - HEAD_END.length), 'latin1');
    if (end < 0) return gatheredBytes >= room + HEAD_END.length ? 'too-large' : 'more';
    const text = gathered.toString('latin1', 0, end);
    gathered = undefined;
    gatheredBytes = 0;
    return readHead(text, end) ?? from + end + HEAD_END.length - before;
  }

  function readHead(text: string, bytes: number): Progress | undefined {
    const read = text === lastText ? lastHead : parseResponseHead(text);
    // Nobody asked for another protocol.
    if (!read || read.status === 101) return 'malformed';
    if (read.status < 200) {
      interimBytes += bytes + HEAD_END.length;
      return interimBytes > maxHeaderBytes ? 'too-large' : undefined;
    }
    lastText = text;
    lastHead = read;
    head = read;
    const { framing, contentEncoding } = read;
    // No decompression, no bomb.
    if (contentEncoding && contentEncoding.toLowerCase() !== 'identity') return 'malformed';
    if (typeof framing === 'number' && framing > maxBodyBytes) return 'too-large';
    body.start(typeof framing === 'number' ? framing : undefined);
    chunked.start();
    state = framing === 0 ? 'complete' : 'body';
    return undefined;
  }

  function pushBody(piece: Buffer, from: number, framing: ResponseHead['framing']): number | Progress {
    if (framing === 'chunked') return chunked.push(piece, from);
    const end =
      framing === 'until-close' ? piece.length : Math.min(piece.length, from + framing - body.length());
    if (!body.add(piece.subarray(from, end))) return 'too-large';
    return body.length() === framing ? end : 'more';
  }

  return {
    start() {
      state = 'head';
      head = undefined;
      surplus = false;
      gatheredBytes = 0;
      interimBytes = 0;
    },
    push(piece) {
      let at = 0;
      while (state === 'head' && at < piece.length) {
        const next = pushHead(piece, at);
        if (typeof next !== 'number') return next;
        at = next;
      }
      if (state === 'body' && head && at < piece.length) {
        const next = pushBody(piece, at, head.framing);
        if (typeof next !== 'number') return next;
        at = next;
        state = 'complete';
      }
      if (at < piece.length) surplus = true;
      return state === 'complete' ? 'complete' : 'more';
    },
    end() {
      if (state === 'body' && head?.framing === 'until-close') state = 'complete';
      return state === 'complete' ? 'complete' : 'more';
    },
    head: () => head,
    takeBody: () => body.take(),
    hasSurplus: () => surplus,
  };
}
