import { subscribe } from 'node:diagnostics_channel';

/** Counts the HTTP requests that this process makes from now on. */
export function countRequests(): () => number {
  let count = 0;
  // Node's own `fetch` tells here.
  subscribe('undici:request:create', () => {
    count += 1;
  });
  return () => count;
}
