import type { IncomingMessage } from 'node:http';

/**
 * Collects a request's body, at most `maxBytes`. Calls back once: with the bytes, or undefined when there are more; and
 * not at all when the client leaves before its end. The usual body is one piece, which is not copied.
 */
export function readRequestBody(
  request: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | undefined) => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    done(undefined);
    return;
  }
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let length = 0;
  const onData = (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) {
      request.off('data', onData).off('end', onEnd);
      done(undefined);
    } else if (first === undefined) first = chunk;
    else if (more === undefined) more = [first, chunk];
    else more.push(chunk);
  };
  const onEnd = () => done(more ? Buffer.concat(more, length) : (first ?? NO_BODY));
  request.on('data', onData).on('end', onEnd);
}

const NO_BODY = Buffer.alloc(0);
