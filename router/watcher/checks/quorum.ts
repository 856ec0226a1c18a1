import { isAgreed, type Voter } from '../finality/votes.ts';

/** What an operator answers; undefined when it gives no answer. */
export interface Vote extends Voter {
  readonly value: string | undefined;
}

/** With fewer, two thirds are one or two. */
const MIN_OPERATORS = 4;

/**
 * The answer of two thirds of all operators who were asked, by their number and by their stake; undefined when there is
 * none. Who does not answer counts among those who were asked: with some of them silent, a few must not decide.
 */
export function quorumValue(votes: readonly Vote[]): string | undefined {
  if (votes.length < MIN_OPERATORS) return undefined;
  const threshold = { numerator: 2n, denominator: 3n, operators: Math.ceil((votes.length * 2) / 3) };
  for (const [value, agreeing] of Map.groupBy(votes, (vote) => vote.value))
    if (value !== undefined && isAgreed(agreeing, votes, threshold)) return value;
  return undefined;
}
