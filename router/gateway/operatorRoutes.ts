import type { FastifyPluginCallback } from 'fastify';
import type { Readiness } from './readiness.ts';
import type { GatewayStatus } from './status.ts';

export interface OperatorRouteOptions {
  /** Asked of the primary where there are several processes. */
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly status: () => GatewayStatus | Promise<GatewayStatus>;
}

/** `/healthz`: the process answers. `/readyz`: users may be sent here. `/status`: what it serves, and by whom. */
export const operatorRoutes: FastifyPluginCallback<OperatorRouteOptions> = (app, options, done) => {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = await options.readiness();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  app.get('/status', async () => options.status());
  done();
};
