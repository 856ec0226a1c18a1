import type { Clock } from '../core/clock.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';

export interface LiveUpstream extends UpstreamClient {
  /** For calls from now on; those in flight end by the limit that they began with. */
  setMaxResponseBytes(maxResponseBytes: number): void;
}

// The longest deadline that a call may have: by then nothing of a replaced client is in flight.
const LONGEST_CALL_MS = 600_000;

export function createLiveUpstream(clock: Clock, maxResponseBytes: number): LiveUpstream {
  let limit = maxResponseBytes;
  let current = createUpstreamClient({ clock, maxResponseBytes });
  const open = new Set<UpstreamClient>([current]);
  const end = async (client: UpstreamClient) => {
    open.delete(client);
    await client.close();
  };
  return {
    start: (target, call, timeoutMs, done) => current.start(target, call, timeoutMs, done),
    call: (target, call, options) => current.call(target, call, options),
    setMaxResponseBytes(now) {
      if (now === limit) return;
      limit = now;
      setTimeout(end, LONGEST_CALL_MS, current).unref();
      current = createUpstreamClient({ clock, maxResponseBytes: now });
      open.add(current);
    },
    async close() {
      await Promise.all(Array.from(open, end));
    },
  };
}
