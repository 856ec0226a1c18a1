import type { NetworkRules } from './networkRules.ts';

/** The answer says only what is proven. Fields to which no block commits are not looked at. */
export interface Proven {
  readonly kind: 'proven';
}

/** The answer contradicts what is proven. `why` names the field, in this code's words, never in the node's. */
export interface Refuted {
  readonly kind: 'refuted';
  readonly why: string;
}

/** Neither can be shown. This accuses nobody. */
export interface Unprovable {
  readonly kind: 'unprovable';
  readonly why: string;
}

/** What a node's answer is worth beside a truth that was proven, whoever delivered the proof. */
export type Verdict = Proven | Refuted | Unprovable;

/**
 * What a node's answer proves. An answer that proves nothing is not called a lie here: nodes leave fields out, and
 * forks add some that are not known yet. Lies show when an answer is compared with a truth.
 */
export type Proof<Truth> = { readonly kind: 'proven'; readonly truth: Truth } | Unprovable;

/** How one field of an answer compares with the truth; `missing` when it is not there or unreadable. */
export type Likeness = 'same' | 'other' | 'missing';
export type Comparison = readonly [field: string, likeness: Likeness];

export const PROVEN: Proven = { kind: 'proven' };

export function unprovable(why: string): Unprovable {
  return { kind: 'unprovable', why };
}

/** Refuted by the first field that is another, proven when all are the same. */
export function verdictOf(comparisons: Iterable<Comparison>, rules: NetworkRules): Verdict {
  let missing: string | undefined;
  for (const [field, likeness] of comparisons) {
    if (likeness === 'other')
      return rules === 'ethereum' ? { kind: 'refuted', why: field } : unprovable(`rules of ${field}`);
    if (likeness === 'missing') missing ??= field;
  }
  return missing === undefined ? PROVEN : unprovable(`no ${missing}`);
}
