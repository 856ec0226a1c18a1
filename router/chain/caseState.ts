/** In the order of the court's `enum CaseState`; the index is the value on-chain. */
export const CASE_STATES = ['none', 'open', 'appealed', 'vetoed', 'overturned', 'executed'] as const;
export type CaseState = (typeof CASE_STATES)[number];

/** A value that this version does not know is none that it can act on. */
export function caseStateOf(value: number): CaseState {
  return CASE_STATES[value] ?? 'executed';
}
