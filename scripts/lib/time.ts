/** Jail for good (`type(uint48).max`). */
export const FOR_EVER = 2 ** 48 - 1;

/** `2026-03-01 12:00:05 UTC` of Unix seconds. */
export function dateText(unixSeconds: number): string {
  if (unixSeconds >= FOR_EVER) return 'for ever';
  return `${new Date(unixSeconds * 1000).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
