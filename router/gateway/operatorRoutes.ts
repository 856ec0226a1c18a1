import type { FastifyPluginCallback } from 'fastify';
import type { ProviderAnswer } from './providerPage.ts';
import type { Readiness } from './readiness.ts';
import type { RouteAnswer, RouteQuestion } from './routeExplanation.ts';
import { routePage } from './routePage.ts';
import { readRouteQuery } from './routeQuestion.ts';
import type { GatewayStatus } from './status.ts';

export interface OperatorRouteOptions {
  /** Asked of the primary where there are several processes. */
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly status: () => GatewayStatus | Promise<GatewayStatus>;
  readonly provider: (address: string) => ProviderAnswer | Promise<ProviderAnswer>;
  readonly explain: (question: RouteQuestion) => RouteAnswer | Promise<RouteAnswer>;
}

/**
 * `/healthz`: the process answers. `/readyz`: users may be sent here. `/status`: what it serves, and by whom.
 * `/status/route`: who would answer a call. `/status/provider`: what the chain says of one.
 */
export const operatorRoutes: FastifyPluginCallback<OperatorRouteOptions> = (app, options, done) => {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = await options.readiness();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  app.get('/status', async () => options.status());
  app.get<{ Querystring: Record<string, unknown> }>('/status/route', async (request, reply) => {
    const query = readRouteQuery(request.query);
    if (!query.ok) return reply.code(400).send({ error: query.error, code: 'BAD_QUESTION' });
    const answer = await options.explain(query.question);
    if (answer.kind === 'explained') return routePage(answer.explanation, query.isWhole);
    const { networks } = answer;
    return reply.code(404).send({ error: 'unknown network', code: 'UNKNOWN_NETWORK', networks });
  });
  app.get<{ Querystring: Record<string, unknown> }>('/status/provider', async (request, reply) => {
    const { id } = request.query;
    if (typeof id !== 'string' || !ADDRESS.test(id)) {
      return reply
        .code(400)
        .send({ error: "id: a provider's address is needed, once", code: 'BAD_QUESTION' });
    }
    const answer = await options.provider(id);
    if (answer.kind === 'known') return answer.page;
    return reply.code(404).send({ error: 'unknown provider', code: 'UNKNOWN_PROVIDER' });
  });
  done();
};

const ADDRESS = /^0x[\da-f]{40}$/i;
