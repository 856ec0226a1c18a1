/** Finds the service that a session stays with. */
export interface SessionRing<Service> {
  /**
   * The same one for the same session as long as it is allowed, and another one for each other session; undefined when
   * none of those looked at is allowed. Who joins or leaves moves no more than its own sessions.
   */
  find(session: string, isAllowed: (service: Service) => boolean): Service | undefined;
}

// Looked at for one session: enough for some to be allowed and for even shares, and no more work in a larger set.
const WINDOW = 64;

/**
 * Rendezvous hashing among a window of the services, which is all of them in a small set. A larger set is a ring sorted
 * by the services' hashes, and the window begins where the session's own hash falls.
 * @param services with {@link textHash} of what stays the same about each
 */
export function createSessionRing<Service extends { readonly hash: number }>(
  services: readonly Service[],
): SessionRing<Service> {
  const ring = services.toSorted((a, b) => a.hash - b.hash);

  const startOf = (hash: number) => {
    let low = 0;
    let high = ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ring[middle]?.hash ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    find(session, isAllowed) {
      const hash = textHash(session);
      const size = Math.min(ring.length, WINDOW);
      const start = ring.length > WINDOW ? startOf(hash) : 0;
      let best: Service | undefined;
      let bestScore = -1;
      for (let step = 0; step < size; step += 1) {
        const service = ring[(start + step) % ring.length];
        if (service === undefined) continue;
        const score = mixed(service.hash ^ hash);
        if (score > bestScore && isAllowed(service)) {
          best = service;
          bestScore = score;
        }
      }
      return best;
    },
  };
}

/** 32 bits, evenly spread (FNV-1a). */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return mixed(hash);
}

/** Each bit of the outcome depends on all of the input (the last steps of MurmurHash3). */
function mixed(input: number): number {
  let hash = input;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
