import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { type ClientCall, errorResponse, NULL_ID, type ParsedBody } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { internalError, RPC_CODES, type RpcErrorObject } from '../core/rpcError.ts';
import type { Logger } from '../observability/logger.ts';
import { answerBody, type CallAnswer } from './answerBody.ts';
import type { Client } from './client.ts';
import type { Answer, NetworkRouter } from './networkRouter.ts';
import { createDetails } from './routingDetails.ts';

export interface RpcAnswersArgs {
  readonly resolve: (reference: string) => NetworkRouter | undefined;
  /** Must not reject. */
  readonly answer: (router: NetworkRouter, call: ClientCall, client: Client) => Promise<Answer>;
  readonly limits: () => { readonly maxBatchItems: number; readonly maxBodyBytes: number };
  readonly onRefused: (kind: string) => void;
  /** An HTTP answer with this status. */
  readonly onAnswered: (status: number) => void;
  /** Then each answer asks its client to leave. */
  readonly isDraining: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RpcReply {
  readonly status: 200 | 204 | 404 | 413 | 500;
  readonly body: RawJson | undefined;
  /** Names and values in turn, beside those of every answer. */
  readonly headers: readonly string[] | undefined;
  /** The connection is to be closed after it. */
  readonly last: boolean;
}

export interface RpcRequest {
  readonly network: string;
  readonly client: Client;
  readonly wantsDetails: boolean;
}

/**
 * Answers requests to `POST /:network`, whoever read them. All that JSON-RPC can say is said with HTTP 200; 404 is an
 * unknown network, 413 too large a body, 204 a request of nothing but notifications. Every other answer has a JSON-RPC
 * body.
 */
export interface RpcAnswers {
  /** The most bytes that a body may have. */
  maxBodyBytes(): number;
  /** Calls back once, not at all when the client has left. */
  answer(request: RpcRequest, body: ParsedBody, send: (reply: RpcReply) => void): void;
  /** Answers too large a body. */
  refuseTooLarge(client: Client, send: (reply: RpcReply) => void): void;
}

// Says nothing of what was asked for: it is a stranger's text.
const unknownNetwork: RpcErrorObject = {
  code: RPC_CODES.invalidRequest,
  message: 'Unknown network; GET /status lists the networks of this gateway',
};

export function createRpcAnswers(args: RpcAnswersArgs): RpcAnswers {
  const reply = (
    status: RpcReply['status'],
    body: RawJson | undefined,
    headers?: readonly string[],
  ): RpcReply => ({ status, body, headers, last: status === 413 || args.isDraining() });
  const deliver = (client: Client, send: (reply: RpcReply) => void, given: RpcReply) => {
    if (client.isGone()) return;
    send(given);
    args.onAnswered(given.status);
  };

  function replyTo(
    { network, client, wantsDetails }: RpcRequest,
    body: ParsedBody,
    done: (reply: RpcReply) => void,
  ): Promise<void> {
    const { maxBatchItems } = args.limits();
    const { onRefused } = args;
    const router = args.resolve(network);
    if (router === undefined) {
      onRefused('unknown-network');
      return answerBody(body, { maxBatchItems, answer: refuseUnknown }).then((answered) =>
        done(reply(404, answered ?? errorResponse(NULL_ID, unknownNetwork))),
      );
    }
    const ask = (call: ClientCall) => args.answer(router, call, client);
    // Their clock is read for those alone who ask.
    const details = wantsDetails ? createDetails(args.clock) : undefined;
    const answer = details ? (call: ClientCall) => details.note(call, ask(call)) : ask;
    return answerBody(body, { maxBatchItems, answer, onRefused }).then((answered) =>
      done(reply(answered === undefined ? 204 : 200, answered, details?.headers(body.kind === 'batch'))),
    );
  }

  return {
    maxBodyBytes: () => args.limits().maxBodyBytes,
    answer(request, body, send) {
      const { client } = request;
      const fail = (error: unknown) => {
        args.logger.error({ err: error, requestId: client.requestId }, 'request_failed');
        deliver(client, send, reply(500, errorResponse(NULL_ID, internalError)));
      };
      try {
        replyTo(request, body, (given) => deliver(client, send, given)).catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    refuseTooLarge(client, send) {
      args.onRefused('body-too-large');
      const message = `Request body is larger than ${args.limits().maxBodyBytes} bytes`;
      const refused = errorResponse(NULL_ID, { code: RPC_CODES.invalidRequest, message });
      deliver(client, send, reply(413, refused));
    },
  };
}

function refuseUnknown(): Promise<CallAnswer> {
  return Promise.resolve({ kind: 'error', error: unknownNetwork });
}

export const SESSION_HEADER = 'x-din-session';
const PLAIN_TOKEN = /^[\w.:-]{1,64}$/;

// A process's own, and a count: as unique as random ones, and not worth a microsecond each.
const ID_PREFIX = randomBytes(6).toString('hex');
let lastId = 0;

/** The client's own id, when it is short and plain enough for logs and headers; else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return plainToken(header) ?? nextId();
}

/** A header of another form is of somebody else's making, and no reason to refuse the call. */
export function plainToken(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && PLAIN_TOKEN.test(header) ? header : undefined;
}

function nextId(): string {
  lastId += 1;
  return `${ID_PREFIX}-${lastId.toString(36)}`;
}
