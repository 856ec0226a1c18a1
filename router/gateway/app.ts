import { randomUUID } from 'node:crypto';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Logger } from '../observability/logger.ts';
import type { GatewayMetrics } from '../observability/metrics.ts';
import { allowBrowsers } from './browserAccess.ts';
import { metricsRoute } from './metricsRoute.ts';
import { type OperatorRouteOptions, operatorRoutes } from './operatorRoutes.ts';
import { type RpcRouteOptions, rpcRoute } from './rpcRoute.ts';

export interface AppArgs {
  readonly rpc: Omit<RpcRouteOptions, 'logger' | 'onRefused'>;
  readonly operator: OperatorRouteOptions;
  readonly metrics: GatewayMetrics;
  /** Undefined when metrics have a port of their own. */
  readonly metricsRegistry: Registry | undefined;
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
  const app = createServer(args.logger);
  app.addHook('onResponse', (request, reply, done) => {
    args.metrics.http(request.routeOptions.url ?? 'none', reply.statusCode);
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (args.isDraining()) reply.header('connection', 'close');
    done();
  });
  allowBrowsers(app);
  app.register(operatorRoutes, args.operator);
  app.register(rpcRoute, {
    ...args.rpc,
    logger: args.logger,
    onRefused: (kind) => args.metrics.refused(kind),
  });
  if (args.metricsRegistry) app.register(metricsRoute, { registry: args.metricsRegistry });
  return app;
}

/** Nothing but `/metrics`, for a port that users cannot reach. */
export function createMetricsApp(args: {
  readonly registry: Registry;
  readonly logger: Logger;
}): FastifyInstance {
  const app = createServer(args.logger);
  app.register(metricsRoute, { registry: args.registry });
  return app;
}

function createServer(logger: Logger): FastifyInstance {
  const app = fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // While it closes, what still comes in on open connections is answered, not refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
    genReqId: (request) => requestId(request.headers['x-request-id']),
  });
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
  return app;
}

/** The client's own id, when it is short and plain enough for logs and headers. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{1,64}$/.test(header) ? header : randomUUID();
}
