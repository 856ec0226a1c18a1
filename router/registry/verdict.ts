import type { Figures } from './breaches.ts';

/** What one watcher says of a service in one epoch, and what its word weighs. */
export interface Word {
  /** Of its bond; any unit, the same for all. */
  readonly weight: number;
  readonly figures: Figures;
}

/** What the watchers say of a service in one epoch, taken together. */
export interface Verdict {
  /** How many spoke of it. */
  readonly watchers: number;
  /** Successes per sample, 0 to 1. */
  readonly availability: number;
  /** Undefined where too few answers came to tell. */
  readonly p95LatencyMs: number | undefined;
  readonly p95BlockLag: number;
  readonly mismatches: number;
}

interface Value {
  readonly weight: number;
  readonly value: number;
}

// The hub's own rule for breaches. With fewer, a minority could be most of those who spoke.
const QUORUM = 2 / 3;
// Weights are sums of what numbers hold of 256 bits.
const ROUNDING = 1e-9;

/** Figures that no service can have say nothing, whoever reveals them. */
export function isPlausible({ samples, successes }: Figures): boolean {
  return samples > 0 && successes <= samples;
}

/** Whether so much weight is enough for a word of the network. */
export function isQuorum(weight: number, totalWeight: number): boolean {
  return totalWeight > 0 && weight >= totalWeight * QUORUM * (1 - ROUNDING);
}

/**
 * The median of each figure, by weight; at a tie the better one, as nobody is accused by half. So whoever lies with less
 * than a third of all weight moves no figure beyond what honest watchers saw. Undefined when those who spoke are no
 * quorum of all.
 * @param words of different watchers, plausible ones
 * @param totalWeight of all watchers, those who were silent too
 */
export function verdictOf(words: readonly Word[], totalWeight: number): Verdict | undefined {
  const median = (pick: (figures: Figures) => number | undefined, best: 'high' | 'low') => {
    const values: Value[] = [];
    let spoken = 0;
    for (const { weight, figures } of words) {
      const value = pick(figures);
      if (value === undefined) continue;
      values.push({ weight, value });
      spoken += weight;
    }
    return isQuorum(spoken, totalWeight) ? medianOf(values, spoken, best) : undefined;
  };
  const availability = median(({ samples, successes }) => successes / samples, 'high');
  const p95BlockLag = median((figures) => figures.p95BlockLag, 'low');
  const mismatches = median((figures) => figures.mismatches, 'low');
  if (availability === undefined || p95BlockLag === undefined || mismatches === undefined) return undefined;
  const p95LatencyMs = median((figures) => figures.p95LatencyMs || undefined, 'low');
  return { watchers: words.length, availability, p95LatencyMs, p95BlockLag, mismatches };
}

function medianOf(values: Value[], weight: number, best: 'high' | 'low'): number | undefined {
  values.sort(best === 'high' ? (a, b) => b.value - a.value : (a, b) => a.value - b.value);
  let passed = 0;
  for (const { weight: own, value } of values) {
    passed += own;
    if (passed * 2 >= weight * (1 - ROUNDING)) return value;
  }
  return undefined;
}
