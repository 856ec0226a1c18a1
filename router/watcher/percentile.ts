/**
 * The value below or at which 95 % of the sorted values lie. Between two ranks the lower counts, so that with few
 * values a single outlier accuses nobody. 0 for no values.
 */
export function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  // In integers: 0.95 is no binary fraction, and a rank must not depend on rounding.
  return sorted[Math.floor(((sorted.length - 1) * 95) / 100)] ?? 0;
}
