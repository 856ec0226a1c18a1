import { isAscii } from 'node:buffer';
import type { Socket } from 'node:net';
import { atEndOfTurn } from '../../core/endOfTurn.ts';
import { parseText } from '../../core/jsonRpc.ts';
import { createClient } from '../client.ts';
import { plainToken, type RpcAnswers, type RpcReply, requestIdOf } from '../rpcAnswers.ts';
import { type PlainRequest, readPlainRequest } from './plainRequest.ts';
import { replyText } from './replyText.ts';

/** One client's connection, as long as all of its requests are plain. */
export interface PlainConnection {
  /** Between requests. */
  isIdle(): boolean;
  /** Time passes: it is closed when it has waited for a request for longer than it may. */
  tick(mostForRequest: number, mostBetween: number): void;
  close(): void;
}

export interface PlainConnectionArgs {
  readonly socket: Socket;
  readonly answers: RpcAnswers;
  /** For how long it may rest, as the client is told. */
  readonly keepAliveSeconds: number;
  /** No further request is wanted. */
  readonly isClosing: () => boolean;
  /** Gives the socket to Node's HTTP server; it has no listeners of ours then. `first` has not been answered. */
  readonly handOver: (first: Buffer) => void;
  /** Closed, or handed over. */
  readonly onGone: () => void;
}

// A request in more pieces, or a larger one, gains nothing here.
const MAX_PIECES = 8;
const MAX_REQUEST_BYTES = 64 * 1024;
const HEAD_END = '\r\n\r\n';

export function createPlainConnection(args: PlainConnectionArgs): PlainConnection {
  const { socket, answers } = args;
  /** `blocked`: the client has not taken all of an answer yet. */
  let state: 'idle' | 'asking' | 'blocked' = 'idle';
  let client: ReturnType<typeof createClient> | undefined;
  /** To be written. */
  let answer: RpcReply | undefined;
  /** Of a request that is not complete, or of the next one while this one is answered. */
  let gathered: Buffer | undefined;
  let pieces = 0;
  let ticks = 0;
  let served = 0;
  // A client sends the same head again and again.
  let lastHead = '';
  let lastRequest: PlainRequest | undefined;

  function read(piece: Buffer): void {
    const bytes = gathered === undefined ? piece : Buffer.concat([gathered, piece]);
    pieces += 1;
    if (state !== 'idle') {
      // One request at a time, in order.
      gathered = bytes;
      socket.pause();
    } else if (!take(bytes)) handOver(bytes);
  }

  /** @returns false for what is not plain. */
  function take(bytes: Buffer): boolean {
    // JSON-RPC hardly ever holds more than ASCII.
    if (bytes.length > MAX_REQUEST_BYTES || !isAscii(bytes)) return false;
    const text = bytes.toString('latin1');
    const request = readHead(bytes, text);
    if (request === undefined) return false;
    const end = lastHead.length + request.length;
    if (end > bytes.length) {
      if (pieces === MAX_PIECES || end > MAX_REQUEST_BYTES) return false;
      // Refused before it comes.
      if (request.length > answers.maxBodyBytes()) return false;
      if (gathered === undefined) ticks = 0;
      gathered = bytes;
      return true;
    }
    gathered = undefined;
    pieces = 0;
    if (end < bytes.length) {
      // More than one request at once: the rest waits.
      gathered = bytes.subarray(end);
      socket.pause();
    }
    ask(request, text.slice(lastHead.length, end));
    return true;
  }

  function readHead(bytes: Buffer, text: string): PlainRequest | undefined {
    if (lastRequest !== undefined && text.startsWith(lastHead)) return lastRequest;
    const end = text.indexOf(HEAD_END);
    if (end < 0) return undefined;
    // Not a slice of the text, which would be kept as a whole.
    lastHead = bytes.toString('latin1', 0, end + HEAD_END.length);
    lastRequest = readPlainRequest(lastHead);
    return lastRequest;
  }

  function ask({ network, requestId, session }: PlainRequest, body: string): void {
    state = 'asking';
    client = createClient(requestIdOf(requestId), plainToken(session));
    if (body.length > answers.maxBodyBytes()) answers.refuseTooLarge(client, reply);
    else answers.answer({ network, client, wantsDetails: false }, parseText(body), reply);
  }

  function reply(given: RpcReply): void {
    answer = given;
    atEndOfTurn(writeAnswer);
  }

  function writeAnswer(): void {
    if (client === undefined || answer === undefined || client.isGone()) return;
    const { requestId } = client;
    const given = answer;
    client = undefined;
    answer = undefined;
    served += 1;
    ticks = 0;
    const isLast = given.last || args.isClosing();
    const text = replyText(given, requestId, isLast ? undefined : args.keepAliveSeconds);
    if (isLast) {
      state = 'blocked';
      // Whatever else the client has sent, and whether it closes its side or not.
      socket.end(text, 'latin1', close);
      return;
    }
    if (socket.write(text, 'latin1')) goOn();
    else {
      state = 'blocked';
      socket.once('drain', onDrain);
    }
  }

  function onDrain(): void {
    // Closed as one that rests is.
    if (gathered === undefined && args.isClosing()) close();
    else goOn();
  }

  function goOn(): void {
    state = 'idle';
    if (gathered === undefined) return;
    const next = gathered;
    gathered = undefined;
    pieces = 0;
    socket.resume();
    read(next);
  }

  function handOver(first: Buffer): void {
    forget();
    args.handOver(first);
  }

  function forget(): void {
    socket
      .off('data', read)
      .off('end', onEnd)
      .off('close', onClose)
      .off('error', close)
      .off('drain', onDrain);
    args.onGone();
  }

  function onEnd(): void {
    // Most that say no more are gone: they are not told apart from those that would wait.
    client?.leave();
    socket.end();
  }

  function onClose(): void {
    forget();
    client?.leave();
  }

  function close(): void {
    socket.destroy();
  }

  socket.on('data', read).on('end', onEnd).on('close', onClose).on('error', close);

  return {
    isIdle: () => state === 'idle' && gathered === undefined,
    tick(mostForRequest, mostBetween) {
      if (state !== 'idle') return;
      ticks += 1;
      if (ticks > (gathered === undefined && served > 0 ? mostBetween : mostForRequest)) close();
    },
    close,
  };
}
