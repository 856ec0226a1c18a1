/** First path segments of the gateway's own pages: no network may be called so. */
export const RESERVED_SLUGS: readonly string[] = [
  'admin',
  'dashboard',
  'docs',
  'healthz',
  'metrics',
  'readyz',
  'status',
];

/**
 * Whether the text can name a network in a URL: `ethereum`, `base-sepolia`. A letter comes first, so that a slug is
 * never mistaken for a chain id.
 */
export function isNetworkSlug(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(text) && !RESERVED_SLUGS.includes(text);
}
