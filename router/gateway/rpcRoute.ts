import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyPluginCallback } from 'fastify';
import type { Clock } from '../core/clock.ts';
import { type ClientCall, errorResponse, NULL_ID } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { internalError, RPC_CODES, type RpcErrorObject } from '../core/rpcError.ts';
import type { Logger } from '../observability/logger.ts';
import { answerBody, type CallAnswer } from './answerBody.ts';
import { type Client, createClient } from './client.ts';
import type { Answer, NetworkRouter } from './networkRouter.ts';
import { readRequestBody } from './requestBody.ts';
import { createDetails, DETAILS_HEADER } from './routingDetails.ts';

export interface RpcRouteOptions {
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

const SESSION_HEADER = 'x-din-session';
const PLAIN_TOKEN = /^[\w.:-]{1,64}$/;

// Says nothing of what was asked for: it is a stranger's text.
const unknownNetwork: RpcErrorObject = {
  code: RPC_CODES.invalidRequest,
  message: 'Unknown network; GET /status lists the networks of this gateway',
};

/**
 * `POST /:network`. All that JSON-RPC can say is said with HTTP 200; 404 is an unknown network, 413 too large a body,
 * 204 a request of nothing but notifications. Every other answer has a JSON-RPC body.
 *
 * Taken over from Fastify once it has found the route: its parsers, hooks and serializers cost as much as the routing
 * itself. The bytes are read as they come, whatever the content type says: clients of JSON-RPC are careless with it.
 */
export const rpcRoute: FastifyPluginCallback<RpcRouteOptions> = (app, options, done) => {
  app.post<{ Params: { network: string } }>(
    '/:network',
    {
      onRequest: (request, reply) => {
        reply.hijack();
        serve(options, request.params.network, request.id, request.raw, reply.raw);
      },
    },
    // Never reached: the hook has answered.
    (_request, reply) => reply,
  );
  done();
};

function serve(
  options: RpcRouteOptions,
  network: string,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const client = createClient(requestId, sessionOf(request.headers[SESSION_HEADER]));
  response.on('close', () => {
    if (!response.writableEnded) client.leave();
  });
  // Their clock is read for those alone who ask.
  const details = request.headers[DETAILS_HEADER] === '1' ? createDetails(options.clock) : undefined;
  const limits = options.limits();

  const send = (status: number, body: RawJson | undefined, extra?: readonly string[]) => {
    if (client.isGone()) return;
    const headers = headersOf(requestId, body);
    if (extra !== undefined) headers.push(...extra);
    if (options.isDraining() || status === 413) headers.push('connection', 'close');
    response.writeHead(status, headers);
    // Text of one byte a character leaves in one piece with the head.
    response.end(body, 'latin1');
    options.onAnswered(status);
  };
  const fail = (error: unknown) => {
    options.logger.error({ err: error, requestId }, 'request_failed');
    send(500, errorResponse(NULL_ID, internalError));
  };

  const serveBody = async (body: Buffer) => {
    const { maxBatchItems } = limits;
    const router = options.resolve(network);
    if (router === undefined) {
      options.onRefused('unknown-network');
      const answered = await answerBody(body, { maxBatchItems, answer: refuseUnknown });
      send(404, answered ?? errorResponse(NULL_ID, unknownNetwork));
      return;
    }
    const ask = (call: ClientCall) => options.answer(router, call, client);
    const answered = await answerBody(body, {
      maxBatchItems,
      answer: details ? (call) => details.note(call, ask(call)) : ask,
      onRefused: options.onRefused,
    });
    send(answered === undefined ? 204 : 200, answered, details?.headers(answered?.[0] !== '{'));
  };

  readRequestBody(request, limits.maxBodyBytes, (body) => {
    if (body !== undefined) {
      serveBody(body).catch(fail);
      return;
    }
    options.onRefused('body-too-large');
    const message = `Request body is larger than ${limits.maxBodyBytes} bytes`;
    send(413, errorResponse(NULL_ID, { code: RPC_CODES.invalidRequest, message }));
  });
}

// A header of another form is of somebody else's making, and no reason to refuse the call.
function sessionOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && PLAIN_TOKEN.test(header) ? header : undefined;
}

function refuseUnknown(): Promise<CallAnswer> {
  return Promise.resolve({ kind: 'error', error: unknownNetwork });
}

function headersOf(requestId: string, body: RawJson | undefined): string[] {
  const headers = [
    'access-control-allow-origin',
    '*',
    'access-control-expose-headers',
    'x-request-id',
    'x-request-id',
    requestId,
  ];
  if (body !== undefined) {
    headers.push('content-type', 'application/json', 'content-length', String(body.length));
  }
  return headers;
}
