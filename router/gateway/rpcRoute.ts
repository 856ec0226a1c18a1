import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyPluginCallback } from 'fastify';
import { parseBody } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { createClient } from './client.ts';
import { readRequestBody } from './requestBody.ts';
import { DETAILS_HEADER } from './routingDetails.ts';
import { plainToken, type RpcAnswers, type RpcReply, SESSION_HEADER } from './rpcAnswers.ts';

/**
 * `POST /:network`, where `plain/` has not answered it already.
 *
 * Taken over from Fastify once it has found the route: its parsers, hooks and serializers cost as much as the routing
 * itself. The bytes are read as they come, whatever the content type says: clients of JSON-RPC are careless with it.
 */
export const rpcRoute: FastifyPluginCallback<{ readonly answers: RpcAnswers }> = (app, { answers }, done) => {
  app.post<{ Params: { network: string } }>(
    '/:network',
    {
      onRequest: (request, reply) => {
        reply.hijack();
        serve(answers, request.params.network, request.id, request.raw, reply.raw);
      },
    },
    // Never reached: the hook has answered.
    (_request, reply) => reply,
  );
  done();
};

function serve(
  answers: RpcAnswers,
  network: string,
  requestId: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const client = createClient(requestId, plainToken(request.headers[SESSION_HEADER]));
  response.on('close', () => {
    if (!response.writableEnded) client.leave();
  });
  const send = ({ status, body, headers, last }: RpcReply) => {
    const all = headersOf(requestId, body);
    if (headers !== undefined) all.push(...headers);
    if (last) all.push('connection', 'close');
    response.writeHead(status, all);
    // Text of one byte a character leaves in one piece with the head.
    response.end(body, 'latin1');
  };
  readRequestBody(request, answers.maxBodyBytes(), (body) => {
    if (body === undefined) return answers.refuseTooLarge(client, send);
    const wantsDetails = request.headers[DETAILS_HEADER] === '1';
    answers.answer({ network, client, wantsDetails }, parseBody(body), send);
  });
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
