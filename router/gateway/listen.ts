import type { FastifyInstance } from 'fastify';
import { DinError } from '../core/dinError.ts';
import { parseListenAddress } from '../core/listenAddress.ts';

// Connections that wait to be taken: thousands come at once when a load balancer turns here, and one that finds no room
// waits for seconds. The system may allow fewer.
const BACKLOG = 4_096;

/**
 * Opens the app's port.
 * @param address `host:port`; port 0 takes a free one
 * @param field where the configuration says so, for the error
 * @returns the port
 * @throws {@link ListenError}
 */
export async function listen(app: FastifyInstance, address: string, field: string): Promise<number> {
  const parsed = parseListenAddress(address);
  if (parsed === undefined) throw new ListenError('LISTEN_FAILED', `${address} is no host:port (${field})`);
  try {
    await app.listen({ ...parsed, backlog: BACKLOG });
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (reason === 'EADDRINUSE') {
      const message = `Port ${parsed.port} on ${parsed.host} is in use. Set "${field}" in the configuration to another port; 0 takes a free one.`;
      throw new ListenError('PORT_IN_USE', message, { cause });
    }
    throw new ListenError('LISTEN_FAILED', `Cannot listen on ${address} (${field}): ${reason}`, { cause });
  }
  const bound = app.server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : parsed.port;
}

export class ListenError extends DinError {
  readonly code: 'PORT_IN_USE' | 'LISTEN_FAILED';
  constructor(code: 'PORT_IN_USE' | 'LISTEN_FAILED', message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
