import { once } from 'node:events';
import { DinError } from '../../../router/core/dinError.ts';

/** A Node process seen through its inspector: nothing in it is made for being measured. */
export interface Inspector {
  /** In use once all garbage is gone: V8's heap and the buffers outside it, in bytes. */
  collectedBytes(): Promise<number>;
  close(): void;
}

interface Reply {
  readonly id: number;
  readonly result?: Record<string, number>;
  readonly error?: { readonly message: string };
}

/**
 * @param port Of the process's `--inspect`; it listens before the program begins
 * @throws {@link InspectorFailedError}
 */
export async function openInspector(port: number): Promise<Inspector> {
  const listing = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await listing.json()) as { readonly webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new InspectorFailedError('it lists no process');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.addEventListener('message', ({ data }) => {
    const reply: Reply = JSON.parse(String(data));
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  socket.addEventListener('close', () => {
    for (const [id, answer] of waiting) answer({ id, error: { message: 'the process has ended' } });
  });
  await once(socket, 'open');
  let lastId = 0;

  async function ask(method: string): Promise<Record<string, number>> {
    const id = ++lastId;
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method }));
    const { result, error } = await reply;
    if (result === undefined) throw new InspectorFailedError(error?.message ?? 'no answer');
    return result;
  }

  return {
    async collectedBytes() {
      // What the first run finalizes is garbage for the second.
      await ask('HeapProfiler.collectGarbage');
      await ask('HeapProfiler.collectGarbage');
      const { usedSize = Number.NaN, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage');
      return usedSize + backingStorageSize;
    },
    close: () => socket.close(),
  };
}

export class InspectorFailedError extends DinError {
  readonly code = 'INSPECTOR_FAILED';
  constructor(details: string) {
    super(`the process could not be inspected: ${details}`);
  }
}
