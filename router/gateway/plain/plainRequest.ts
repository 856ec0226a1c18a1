/** The usual request to `POST /:network`, of which nothing is left to be interpreted. */
export interface PlainRequest {
  readonly network: string;
  /** The client's own `x-request-id` and `x-din-session`, as sent. */
  readonly requestId: string | undefined;
  readonly session: string | undefined;
  /** Bytes of the body that follows the head. */
  readonly length: number;
}

// The grammar to the letter, as for nodes' answers, and of it no more than clients of JSON-RPC use.
const HEAD = /^POST \/([\w:.-]{1,100}) HTTP\/1\.1(?:\r\n[!#$%&'*+.^_`|~\dA-Za-z-]+:[\t\x20-\x7e]*)+\r\n\r\n$/;
// Node's server takes heads twice as long, and of more than 1,000 headers it leaves some out.
const MAX_HEAD_BYTES = 8_192;
const MAX_HEADERS = 100;
const LENGTH = /^\d{1,9}$/;
// Each has a meaning for how the request or the connection goes on.
const NOT_PLAIN: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'expect',
  'upgrade',
  'proxy-connection',
  'trailer',
  'http2-settings',
  'x-din-details',
]);
// Of all names that are read.
const READ_LENGTHS = new Set([4, 6, 7, 10, 12, 13, 14, 16, 17]);

/**
 * Reads a request's head. Pure.
 * @param head request line and headers, with the empty line that ends them; each byte one latin1 character
 * @returns undefined for all that Node's own server should judge: another route or version, a body of unknown length,
 * anything out of the ordinary or malformed
 */
export function readPlainRequest(head: string): PlainRequest | undefined {
  const network = head.length > MAX_HEAD_BYTES ? undefined : HEAD.exec(head)?.[1];
  if (network === undefined) return undefined;
  let headers = 0;
  let hosts = 0;
  let length: string | undefined;
  let requestId: string | undefined;
  let session: string | undefined;
  for (let at = head.indexOf('\r\n') + 2; at < head.length - 2; headers += 1) {
    if (headers === MAX_HEADERS) return undefined;
    const end = head.indexOf('\r\n', at);
    const colon = head.indexOf(':', at);
    const name = READ_LENGTHS.has(colon - at) ? head.slice(at, colon).toLowerCase() : '';
    at = end + 2;
    if (name === '') continue;
    const value = head.slice(colon + 1, end).trim();
    if (NOT_PLAIN.has(name)) return undefined;
    if (name === 'host') hosts += 1;
    else if (name === 'content-length') {
      if (length !== undefined || !LENGTH.test(value)) return undefined;
      length = value;
    } else if (name === 'connection') {
      if (value.toLowerCase() !== 'keep-alive') return undefined;
    } else if (name === 'x-request-id') {
      if (requestId !== undefined) return undefined;
      requestId = value;
    } else if (name === 'x-din-session') {
      if (session !== undefined) return undefined;
      session = value;
    }
  }
  if (hosts !== 1 || length === undefined) return undefined;
  return { network, requestId, session, length: Number(length) };
}
