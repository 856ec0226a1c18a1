import { keccak256 } from '../proof/fields.ts';
import type { Check } from './check.ts';

/** What a vote about a proof says. */
export const RIGHT = 'proven';
const WRONG = 'refuted';

// A balance's length; longer ones are compared by their hash.
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
