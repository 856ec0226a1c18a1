import { connect, createServer } from 'node:net';
import { DinError } from '../../router/core/dinError.ts';

const POSTGRES_PORT = 5432;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Ponder would try for more than a minute.
 * @throws {@link DatabaseUnreachableError} when nobody listens there; whether it is a database that lets us in, Ponder
 * finds out.
 */
export async function requireDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A socket in the file system, which is named in a parameter.
  if (host === '') return;
  const port = Number(url.port || POSTGRES_PORT);
  const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('timeout', () => reject(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)));
    });
  } catch (cause) {
    const details = describe(cause);
    throw new DatabaseUnreachableError(details, { cause });
  } finally {
    socket.destroy();
  }
}

/** A host with two addresses fails with an error without words. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/**
 * Ponder would take the next free port without a word.
 * @throws {@link AddressTakenError}
 */
export async function requireFreeAddress(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new AddressTakenError(host, port, { cause })));
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

export class AddressTakenError extends DinError {
  readonly code = 'ADDRESS_TAKEN';
  constructor(host: string, port: number, options?: { cause?: unknown }) {
    super(`The indexer cannot listen on ${host}:${port}: choose another --port or --host.`, options);
  }
}

export class DatabaseUnreachableError extends DinError {
  readonly code = 'DATABASE_UNREACHABLE';
  constructor(details: string, options?: { cause?: unknown }) {
    super(`The database does not answer; check --database-url: ${details}`, options);
  }
}
