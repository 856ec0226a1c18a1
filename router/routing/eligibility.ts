/** Why a service may not answer a call now; best first: the order in which they are tried when nobody is eligible. */
export const INELIGIBLE_REASONS = [
  'unverified',
  'held-off',
  'behind-block',
  'lagging',
  'breaker-open',
  'silent',
  'implausible-head',
  'lacks-capability',
  'wrong-chain',
] as const;

export type IneligibleReason = (typeof INELIGIBLE_REASONS)[number];
