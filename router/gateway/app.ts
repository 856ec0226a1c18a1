import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { Logger } from '../observability/logger.ts';
import type { GatewayMetrics } from '../observability/metrics.ts';
import { metricsRoute } from './metricsRoute.ts';
import { type OperatorRouteOptions, operatorRoutes } from './operatorRoutes.ts';
import { servePlain } from './plain/servePlain.ts';
import { createRpcAnswers, type RpcAnswersArgs, requestIdOf } from './rpcAnswers.ts';
import { rpcRoute } from './rpcRoute.ts';
import { addWebHooks } from './webHooks.ts';

export interface AppArgs {
  readonly rpc: Omit<RpcAnswersArgs, 'logger' | 'onRefused' | 'onAnswered' | 'isDraining'>;
  readonly operator: OperatorRouteOptions;
  readonly metrics: GatewayMetrics;
  /** Undefined when metrics have a port of their own. */
  readonly metricsText: (() => Promise<string>) | undefined;
  readonly logger: Logger;
  /** Then each answer asks its client to leave. */
  readonly isDraining: () => boolean;
}

// A client that sends its request slower than this is cut off.
const REQUEST_TIMEOUT_MS = 30_000;
// Longer than load balancers keep idle connections (60 s): else they send on one that just closed.
const KEEP_ALIVE_MS = 75_000;

/** The gateway's HTTP side, without a port: `inject` tests it, `router/bin` listens. */
export function createApp(args: AppArgs): FastifyInstance {
  const { metrics, isDraining, logger } = args;
  const app = createServer();
  // Siblings, so that the hooks of one are no cost of the other.
  app.register((web, _options, done) => {
    addWebHooks(web, { metrics, isDraining });
    addAnswers(web, logger);
    web.register(operatorRoutes, args.operator);
    if (args.metricsText) web.register(metricsRoute, { text: args.metricsText });
    done();
  });
  const onRefused = (kind: string) => metrics.refused(kind);
  const onAnswered = (status: number) => metrics.http('/:network', status);
  const answers = createRpcAnswers({ ...args.rpc, logger, isDraining, onRefused, onAnswered });
  app.register(rpcRoute, { answers });
  servePlain({
    server: app.server,
    answers,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    keepAliveMs: KEEP_ALIVE_MS,
  });
  return app;
}

/** Nothing but `/metrics`, for a port that users cannot reach. */
export function createMetricsApp(args: {
  readonly text: () => Promise<string>;
  readonly logger: Logger;
}): FastifyInstance {
  const app = createServer();
  addAnswers(app, args.logger);
  app.register(metricsRoute, { text: args.text });
  return app;
}

function createServer(): FastifyInstance {
  return fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // While it closes, what still comes in on open connections is answered, not refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
  });
}

/** The request's id on each answer, and answers where no route has one. */
function addAnswers(app: FastifyInstance, logger: Logger): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.setNotFoundHandler((_request, reply) => {
    reply
      .code(404)
      .send({ error: 'not found', hint: 'POST /<network> takes JSON-RPC; GET /status lists networks' });
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: 'bad request' });
    logger.error({ err: error, requestId: request.id }, 'request_failed');
    return reply.code(500).send({ error: 'internal error', requestId: request.id });
  });
}
