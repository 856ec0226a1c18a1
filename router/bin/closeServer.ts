import type { FastifyInstance } from 'fastify';

/** Closes the port; calls in flight may take so long, then they are cut off. */
export async function closeServer(app: FastifyInstance, timeoutMs: number): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  await app.close().finally(() => clearTimeout(cutOff));
}
