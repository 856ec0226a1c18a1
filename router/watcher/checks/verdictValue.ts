import { keccak256 } from '../proof/fields.ts';
import type { Check } from './check.ts';

/** Votes about what mathematics says: the only quorum that counts is that an answer is right. */
export const RIGHT = 'proven';
export const WRONG = 'refuted';

// A balance's length; longer ones are kept by their hash.
const MAX_LENGTH = 66;

/** An answer as a vote; undefined when it is none. */
export function voteValue(check: Check, answer: unknown): string | undefined {
  if (check.kind === 'proof') {
    const { kind } = check.judge(answer);
    return kind === 'unprovable' ? undefined : kind === 'proven' ? RIGHT : WRONG;
  }
  const value = check.read(answer);
  return value === undefined || value.length <= MAX_LENGTH ? value : keccak256(Buffer.from(value, 'latin1'));
}
