import type { UpstreamClient } from './outcome.ts';

/** A client whose nodes answer as `call` says. */
export function clientOf(call: UpstreamClient['call']): UpstreamClient {
  return {
    call,
    start(target, asked, timeoutMs, done) {
      const abort = new AbortController();
      void call(target, asked, { timeoutMs, signal: abort.signal }).then(done);
      return () => abort.abort();
    },
    close: async () => {},
  };
}
