import type { FastifyPluginCallback } from 'fastify';
import type { Registry } from 'prom-client';

/** `/metrics` in Prometheus' text format. */
export const metricsRoute: FastifyPluginCallback<{ readonly registry: Registry }> = (app, options, done) => {
  app.get('/metrics', async (_request, reply) => {
    reply.type(options.registry.contentType);
    return options.registry.metrics();
  });
  done();
};
