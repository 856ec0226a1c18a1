import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * - `cut`: every connection ends, a new one at once
 * - `stalled`: nothing moves, and nothing is lost; it arrives once the line is up again
 */
export type LineState = 'up' | 'cut' | 'stalled';

/** One party's way to a port of this machine. */
export interface Line {
  readonly url: string;
  state(): LineState;
  turn(state: LineState): void;
  close(): Promise<void>;
}

/** @param targetUrl its host is this machine */
export async function openLine(targetUrl: string): Promise<Line> {
  const target = Number(new URL(targetUrl).port);
  const open = new Set<Socket>();
  let state: LineState = 'up';
  const server = createServer({ noDelay: true }, (near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (chunk) => to.write(chunk));
      from.on('end', () => to.end());
      from.on('error', () => undefined);
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      if (state === 'stalled') from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    state: () => state,
    turn(next) {
      state = next;
      if (next === 'cut') cut();
      for (const socket of open) {
        if (next === 'stalled') socket.pause();
        else socket.resume();
      }
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
