import type { FastifyError, FastifyPluginCallback, FastifyReply } from 'fastify';
import type { ClientCall } from '../core/jsonRpc.ts';
import { errorResponse, NULL_ID } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { internalError, RPC_CODES, type RpcErrorObject } from '../core/rpcError.ts';
import type { Logger } from '../observability/logger.ts';
import { answerBody, type CallAnswer } from './answerBody.ts';
import type { NetworkRouter } from './networkRouter.ts';

export interface RpcRouteOptions {
  readonly resolve: (reference: string) => NetworkRouter | undefined;
  /** Must not reject. */
  readonly answer: (router: NetworkRouter, call: ClientCall, requestId: string) => Promise<CallAnswer>;
  readonly onRefused: (kind: string) => void;
  readonly maxBatchItems: number;
  readonly maxBodyBytes: number;
  readonly logger: Logger;
}

const NO_BODY = Buffer.alloc(0);

// Says nothing of what was asked for: it is a stranger's text.
const unknownNetwork: RpcErrorObject = {
  code: RPC_CODES.invalidRequest,
  message: 'Unknown network; GET /status lists the networks of this gateway',
};

/**
 * `POST /:network`. All that JSON-RPC can say is said with HTTP 200; 404 is an unknown network, 413 too large a body,
 * 204 a request of nothing but notifications. Every other answer has a JSON-RPC body.
 */
export const rpcRoute: FastifyPluginCallback<RpcRouteOptions> = (app, options, done) => {
  // The bytes as they came, whatever the content type says: clients of JSON-RPC are careless with it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));

  app.post<{ Params: { network: string } }>(
    '/:network',
    { bodyLimit: options.maxBodyBytes },
    async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY;
      const router = options.resolve(request.params.network);
      if (router === undefined) {
        options.onRefused('unknown-network');
        const answer = () => Promise.resolve<CallAnswer>({ kind: 'error', error: unknownNetwork });
        const answered = await answerBody(body, { maxBatchItems: options.maxBatchItems, answer });
        return send(reply.code(404), answered ?? errorResponse(NULL_ID, unknownNetwork));
      }
      const answered = await answerBody(body, {
        maxBatchItems: options.maxBatchItems,
        answer: (call) => options.answer(router, call, request.id),
        onRefused: options.onRefused,
      });
      return send(reply, answered);
    },
  );

  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      options.logger.error({ err: error, requestId: request.id }, 'request_failed');
      return send(reply.code(500), errorResponse(NULL_ID, internalError));
    }
    options.onRefused(status === 413 ? 'body-too-large' : 'http');
    const message =
      status === 413 ? `Request body is larger than ${options.maxBodyBytes} bytes` : 'Invalid HTTP request';
    return send(reply.code(status), errorResponse(NULL_ID, { code: RPC_CODES.invalidRequest, message }));
  });
  done();
};

function send(reply: FastifyReply, body: RawJson | undefined): FastifyReply {
  if (body === undefined) return reply.code(204).send();
  return reply.type('application/json').send(Buffer.from(body, 'latin1'));
}
