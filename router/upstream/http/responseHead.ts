/** What the client needs to know of a response's status line and headers. */
export interface ResponseHead {
  readonly status: number;
  /** The body's length in bytes, or how its end is known. */
  readonly framing: number | 'chunked' | 'until-close';
  readonly keepAlive: boolean;
  /** After how many seconds without a request the server says that it closes the connection. */
  readonly keepAliveSeconds: number | undefined;
  readonly contentEncoding: string | undefined;
  readonly retryAfter: string | undefined;
}

const MAX_HEADERS = 128;

// The grammar to the letter: bare CR or LF, folded lines, NUL and blanks before a colon are what smuggling is made of.
const HEAD =
  /^HTTP\/1\.[01] [1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n[!#$%&'*+.^_`|~\dA-Za-z-]+:[\t\x20-\x7e\x80-\xff]*)*$/;
const CONTENT_LENGTH = /^\d{1,15}$/;

/**
 * Reads a response's head. Pure.
 * @param text Status line and headers as latin1, without the empty line that ends them.
 * @returns undefined for anything that is not strictly HTTP/1.0 or HTTP/1.1, or whose body has no certain end.
 */
export function parseResponseHead(text: string): ResponseHead | undefined {
  if (!HEAD.test(text)) return undefined;
  const http10 = text.charCodeAt(7) === 0x30;
  const status = Number(text.slice(9, 12));
  let length: string | undefined;
  let transfer: string | undefined;
  let connection = '';
  let keepAlive: string | undefined;
  let contentEncoding: string | undefined;
  let retryAfter: string | undefined;
  let count = 0;
  let end = text.indexOf('\r\n');
  while (end >= 0) {
    const at = end + 2;
    end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    count += 1;
    if (count > MAX_HEADERS) return undefined;
    const read = READ_LENGTHS.has(colon - at) ? text.slice(at, colon).toLowerCase() : '';
    if (read === '') continue;
    const value = text.slice(colon + 1, end < 0 ? text.length : end).trim();
    if (read === 'content-length') {
      if (length !== undefined || !CONTENT_LENGTH.test(value)) return undefined;
      length = value;
    } else if (read === 'transfer-encoding') {
      if (transfer !== undefined) return undefined;
      transfer = value;
    } else if (read === 'connection') connection += `,${value.toLowerCase()}`;
    else if (read === 'keep-alive') keepAlive = value;
    else if (read === 'content-encoding') contentEncoding = value;
    else if (read === 'retry-after') retryAfter ??= value;
  }
  const framing = framingOf(status, http10, length, transfer);
  if (framing === undefined) return undefined;
  return {
    status,
    framing,
    keepAlive: framing !== 'until-close' && staysOpen(http10, connection),
    keepAliveSeconds: keepAlive === undefined ? undefined : timeoutOf(keepAlive),
    contentEncoding,
    retryAfter,
  };
}

// Of connection and keep-alive, retry-after, content-length, content-encoding, transfer-encoding.
const READ_LENGTHS = new Set([10, 11, 14, 16, 17]);

/** RFC 9112, 6.3; what it lets a client repair is refused. */
function framingOf(
  status: number,
  http10: boolean,
  length: string | undefined,
  transfer: string | undefined,
): ResponseHead['framing'] | undefined {
  if (status < 200 || status === 204 || status === 304) return 0;
  if (transfer !== undefined) {
    const chunked = transfer.toLowerCase() === 'chunked' && length === undefined && !http10;
    return chunked ? 'chunked' : undefined;
  }
  return length === undefined ? 'until-close' : Number(length);
}

function staysOpen(http10: boolean, connection: string): boolean {
  if (connection === '') return !http10;
  // What most servers say.
  if (connection === ',keep-alive') return true;
  const options = connection.split(',').map((option) => option.trim());
  return !options.includes('close') && (!http10 || options.includes('keep-alive'));
}

function timeoutOf(keepAlive: string): number | undefined {
  const seconds = /(?:^|[,\s])timeout=(\d{1,6})(?:[,\s]|$)/i.exec(keepAlive)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
