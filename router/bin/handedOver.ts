import type { ChildProcess } from 'node:child_process';

/**
 * Remembers the connection that was last handed to a worker. One that dies before it says that it has taken it leaves
 * the connection open for ever: node:cluster waits for its word, and the client for an answer.
 * @returns closes it, to be called once the worker is gone; one that was taken over is not harmed
 */
export function rememberHandedOver(worker: ChildProcess): () => void {
  let last: { close(): void } | undefined;
  worker.send = new Proxy(worker.send, {
    apply(send, self, args: unknown[]) {
      const [, handle] = args;
      if (isClosable(handle)) last = handle;
      return Reflect.apply(send, self, args);
    },
  });
  return () => last?.close();
}

function isClosable(value: unknown): value is { close(): void } {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
