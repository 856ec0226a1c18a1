import { atEndOfTurn } from '../../core/endOfTurn.ts';
import { failureReason } from '../failureReason.ts';
import type { FailureReason } from '../outcome.ts';
import type { OpenSocket } from './openSocket.ts';
import type { ResponseHead } from './responseHead.ts';
import { createResponseParser, type ResponseLimits } from './responseParser.ts';

/** One request on its way; it ends by exactly one of its functions, or by being cancelled. */
export interface HttpRequest {
  /** Head and body, each byte one latin1 character. */
  readonly bytes: string;
  /** Whether it may be sent again when nobody knows if the server has seen it; that happens once and makes it false. */
  repeatable: boolean;
  /**
   * @param body It may be a view on memory that is used again: read it before returning.
   * @returns whether the connection may serve another request: false when the answer belongs to no question of ours.
   */
  onResponse(head: ResponseHead, body: Buffer): boolean;
  onFailure(failure: HttpFailure): void;
}

export interface HttpFailure {
  readonly reason: FailureReason;
  /** Of a response that broke off or was broken off. */
  readonly head: ResponseHead | undefined;
  /** No byte of the request has left. */
  readonly unsent: boolean;
}

/** An open socket that carries one request at a time. */
export interface Connection {
  /** @param kept The connection was open before the request came: the server may be closing it just now. */
  send(request: HttpRequest, kept: boolean): void;
  carries(request: HttpRequest): boolean;
  /** Destroys the socket; the request on it hears nothing more. */
  close(): void;
  /** Destroys the socket; the request on it fails. */
  fail(reason: FailureReason): void;
  /** Of the response that is coming in. */
  head(): ResponseHead | undefined;
}

export interface ConnectionArgs {
  readonly opened: OpenSocket;
  readonly limits: ResponseLimits;
  /** The response is complete and the server keeps the connection. */
  onFree(head: ResponseHead): void;
  /** Called once, whoever ended it. */
  onClosed(): void;
  /** A kept connection ended before the server said a word: it was closing it already, most likely. */
  onStale(request: HttpRequest): void;
}

export function createConnection(args: ConnectionArgs): Connection {
  const { socket } = args.opened;
  const parser = createResponseParser(args.limits);
  let current: HttpRequest | undefined;
  let answered = false;
  let isSent = false;
  let wasKept = false;
  let closed = false;

  function close() {
    if (closed) return;
    closed = true;
    current = undefined;
    socket.destroy();
    args.onClosed();
  }

  function fail(reason: FailureReason) {
    const request = current;
    const isStale = reason === 'reset' && wasKept && !answered;
    const head = parser.head();
    close();
    if (!request) return;
    if (isStale && request.repeatable) args.onStale(request);
    else request.onFailure({ reason, head, unsent: !isSent });
  }

  function complete(serverKeeps: boolean) {
    const request = current;
    const head = parser.head();
    if (!request || !head) return close();
    current = undefined;
    // A server that has not read the whole request yet will take the rest of it for the next one.
    const inStep = serverKeeps && head.keepAlive && !parser.hasSurplus() && socket.writableLength === 0;
    const body = parser.takeBody();
    if (request.onResponse(head, body) && inStep) args.onFree(head);
    else close();
  }

  function write() {
    if (!current || isSent) return;
    isSent = true;
    socket.write(current.bytes, 'latin1');
  }

  args.opened.onPiece((piece) => {
    // What nobody asked for must never be taken for the answer to the next request.
    if (!current) return close();
    answered = true;
    const progress = parser.push(piece);
    if (progress === 'complete') complete(true);
    else if (progress !== 'more') fail(progress);
  });
  socket.on('end', () => {
    if (current && parser.end() === 'complete') complete(false);
    else fail('reset');
  });
  socket.on('error', (error) => fail(failureReason(error)));
  socket.on('close', () => fail('reset'));

  const connection: Connection = {
    send(request, kept) {
      current = request;
      wasKept = kept;
      answered = false;
      isSent = false;
      parser.start();
      atEndOfTurn(write);
    },
    carries: (request) => current === request,
    close,
    fail,
    head: parser.head,
  };
  return connection;
}
