import type { FastifyInstance } from 'fastify';
import type { GatewayMetrics } from '../observability/metrics.ts';
import { allowBrowsers } from './browserAccess.ts';

/** What every answer has, but those of the JSON-RPC route, which writes its own headers at once. */
export function addWebHooks(
  app: FastifyInstance,
  args: { readonly metrics: GatewayMetrics; readonly isDraining: () => boolean },
): void {
  app.addHook('onResponse', (request, reply, done) => {
    args.metrics.http(request.routeOptions.url ?? 'none', reply.statusCode);
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (args.isDraining()) reply.header('connection', 'close');
    done();
  });
  allowBrowsers(app);
}
