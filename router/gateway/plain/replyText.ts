import { STATUS_CODES } from 'node:http';
import type { RpcReply } from '../rpcAnswers.ts';

/**
 * A whole HTTP/1.1 response, each byte one latin1 character.
 * @param keepAliveSeconds how long the connection may rest now; undefined: it is closed
 */
export function replyText(
  { status, body, headers }: RpcReply,
  requestId: string,
  keepAliveSeconds: number | undefined,
): string {
  let text = STATUS_LINES.get(status) ?? statusLine(status);
  text += `access-control-allow-origin: *\r\naccess-control-expose-headers: x-request-id\r\nx-request-id: ${requestId}\r\n`;
  if (headers !== undefined) {
    for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  }
  text += `date: ${dateNow()}\r\n`;
  text +=
    keepAliveSeconds === undefined
      ? 'connection: close\r\n'
      : `connection: keep-alive\r\nkeep-alive: timeout=${keepAliveSeconds}\r\n`;
  if (body === undefined) return `${text}\r\n`;
  return `${text}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

const STATUS_LINES: ReadonlyMap<number, string> = new Map(
  [200, 204, 404, 413, 500].map((status) => [status, statusLine(status)]),
);

function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
}

let date = '';

/** Of the present second: read anew once in a second at most. */
function dateNow(): string {
  if (date === '') {
    const now = new Date();
    date = now.toUTCString();
    setTimeout(() => {
      date = '';
    }, 1_000 - now.getMilliseconds()).unref();
  }
  return date;
}
