import type { FastifyPluginCallback } from 'fastify';
import { Registry } from 'prom-client';

/** `/metrics` in Prometheus' text format. */
export const metricsRoute: FastifyPluginCallback<{ readonly text: () => Promise<string> }> = (
  app,
  options,
  done,
) => {
  app.get('/metrics', async (_request, reply) => {
    reply.type(Registry.PROMETHEUS_CONTENT_TYPE);
    return options.text();
  });
  done();
};
