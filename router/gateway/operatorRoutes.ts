import type { FastifyPluginCallback } from 'fastify';
import type { Readiness } from './readiness.ts';
import type { GatewayStatus } from './status.ts';

export interface OperatorRouteOptions {
  readonly readiness: () => Readiness;
  readonly status: () => GatewayStatus;
}

/** `/healthz`: the process answers. `/readyz`: users may be sent here. `/status`: what it serves, and by whom. */
export const operatorRoutes: FastifyPluginCallback<OperatorRouteOptions> = (app, options, done) => {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const readiness = options.readiness();
    reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  app.get('/status', () => options.status());
  done();
};
