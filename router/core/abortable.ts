/** Settles as `work` does, or rejects as soon as the signal aborts; `work` then ends unheard. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Whoever gives up is gone when it fails.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
