import type { Address } from '../../registry/providerSet.ts';
import { isAgreed, type Threshold, type Voter } from '../finality/votes.ts';

/** What an operator answers to one question. */
export interface Vote extends Voter {
  readonly value: string;
  /** How often in a row. */
  readonly times: number;
}

/** By operators and by stake, among all who answered: two thirds of at least four. */
const QUORUM = { numerator: 2n, denominator: 3n } as const;
const MIN_OPERATORS = 4;

/** Once more after a vote: an operator has one, its newest. */
export function withVote(votes: readonly Vote[], { operator, stake, value }: Omit<Vote, 'times'>): Vote[] {
  const before = votes.find((vote) => vote.operator === operator);
  const times = before?.value === value ? before.times + 1 : 1;
  return [...votes.filter((vote) => vote !== before), { operator, stake, value, times }];
}

/** The answer of the quorum; undefined while there is none. */
export function quorumValue(votes: readonly Vote[]): string | undefined {
  if (votes.length < MIN_OPERATORS) return undefined;
  const threshold: Threshold = { ...QUORUM, operators: Math.ceil((votes.length * 2) / 3) };
  for (const [value, agreeing] of Map.groupBy(votes, (vote) => vote.value))
    if (isAgreed(agreeing, votes, threshold)) return value;
  return undefined;
}

/** Whether a quorum gives another answer than the operator. To dissent once proves nothing: nodes have bad moments. */
export function isAgainstQuorum(votes: readonly Vote[], operator: Address): boolean {
  const own = votes.find((vote) => vote.operator === operator);
  const value = quorumValue(votes);
  return own !== undefined && value !== undefined && own.value !== value;
}

/** Whether it has said so again and again. */
export function isSteadfast(votes: readonly Vote[], operator: Address): boolean {
  return votes.some((vote) => vote.operator === operator && vote.times >= 2);
}
