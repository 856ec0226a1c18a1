import { once } from 'node:events';
import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { DinError } from '../core/dinError.ts';
import { type ListenAddress, parseListenAddress } from '../core/listenAddress.ts';
import { createAcceptors } from './acceptors.ts';

// Connections that wait to be taken: thousands come at once when a load balancer turns here, and one that finds no room
// waits for seconds. The system may allow fewer.
const BACKLOG = 4_096;
const ACCEPTORS = 15;

export interface ListenOptions {
  /** Whether thousands of connections may come while the process is busy. Workers are given theirs by the primary. */
  readonly isForCrowds?: boolean;
}

/**
 * Opens the app's port.
 * @param address `host:port`; port 0 takes a free one
 * @param field where the configuration says so, for the error
 * @returns the port
 * @throws {@link ListenError}
 */
export async function listen(
  app: FastifyInstance,
  address: string,
  field: string,
  { isForCrowds = false }: ListenOptions = {},
): Promise<number> {
  const parsed = parseListenAddress(address);
  if (parsed === undefined) throw new ListenError('LISTEN_FAILED', `${address} is no host:port (${field})`);
  try {
    // Elsewhere the system does not spread connections among sockets of one port.
    if (isForCrowds && process.platform === 'linux') await listenForCrowds(app, parsed);
    else await app.listen({ ...parsed, backlog: BACKLOG });
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (reason === 'EADDRINUSE') {
      const message = `Port ${parsed.port} on ${parsed.host} is in use. Set "${field}" in the configuration to another port; 0 takes a free one.`;
      throw new ListenError('PORT_IN_USE', message, { cause });
    }
    throw new ListenError('LISTEN_FAILED', `Cannot listen on ${address} (${field}): ${reason}`, { cause });
  }
  return boundTo(app)?.port ?? parsed.port;
}

async function listenForCrowds(app: FastifyInstance, address: ListenAddress): Promise<void> {
  // Sockets that share a port would share it with another process's, too.
  if (address.port !== 0) await requireFree(address);
  const acceptors = createAcceptors(app, ACCEPTORS);
  // Passed on to Node, which knows it; Fastify's types do not.
  const options = { ...address, backlog: BACKLOG, reusePort: true };
  await app.listen(options);
  const bound = boundTo(app);
  if (bound) await acceptors.open(bound, BACKLOG);
}

async function requireFree(address: ListenAddress): Promise<void> {
  const server = createServer().listen(address);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

function boundTo(app: FastifyInstance): ListenAddress | undefined {
  const bound = app.server.address();
  return typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : undefined;
}

export class ListenError extends DinError {
  readonly code: 'PORT_IN_USE' | 'LISTEN_FAILED';
  constructor(code: 'PORT_IN_USE' | 'LISTEN_FAILED', message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
