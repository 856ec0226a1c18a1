import type { FastifyInstance } from 'fastify';

/** Lets pages of any origin call: dapps do so from the browser, and no answer depends on who asks. */
export function allowBrowsers(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('access-control-allow-origin', '*');
    reply.header('access-control-expose-headers', 'x-request-id');
    done();
  });
  app.options('/*', (_request, reply) => {
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST, OPTIONS')
      // "*" leaves out authorization, by the standard.
      .header('access-control-allow-headers', '*, authorization, content-type, x-request-id')
      .header('access-control-max-age', '86400')
      .send();
  });
}
