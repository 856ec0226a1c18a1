import { createServer } from 'node:net';
import { DinError } from '../../router/core/dinError.ts';

// How far to look for the next free one.
const TRIES = 100;

/** The first free port on 127.0.0.1 from `preferred` upwards, none of `taken`; 0 asks the system for any. */
export async function nextFreePort(
  preferred: number,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  for (let step = 0; step < TRIES && preferred + step < 65_536; step += 1) {
    const port = preferred === 0 ? 0 : preferred + step;
    const free = taken.has(port) ? undefined : await tryPort(port);
    if (free !== undefined && !taken.has(free)) return free;
  }
  throw new PortTakenError(preferred, `and so are the ${TRIES} after it`);
}

/** @throws {@link PortTakenError} when another program listens there. */
export async function requireFreePort(port: number): Promise<number> {
  const free = await tryPort(port);
  if (free === undefined)
    throw new PortTakenError(port, 'choose another with --port, or end what listens there');
  return free;
}

/** Ports are given out in turn, so that no two of one network get the same. */
export function createPortAllocator(): (preferred: number) => Promise<number> {
  const given = new Set<number>();
  let last: Promise<unknown> = Promise.resolve();
  return (preferred) => {
    const port = last.then(() => nextFreePort(preferred, given));
    last = port.then(
      (value) => given.add(value),
      () => {},
    );
    return port;
  };
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

export class PortTakenError extends DinError {
  readonly code = 'PORT_TAKEN';
  constructor(port: number, advice: string) {
    super(`port ${port} on 127.0.0.1 is taken: ${advice}`);
  }
}
