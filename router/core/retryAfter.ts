import { type Ms, ms, type UnixSeconds } from './units.ts';

/** Span of a Retry-After header (seconds, or an HTTP date); undefined when it has neither form. */
export function retryAfter(header: string | undefined, now: UnixSeconds): Ms | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return ms(Math.ceil(Number(header) * 1000));
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : ms(Math.max(0, date - now * 1000));
}
