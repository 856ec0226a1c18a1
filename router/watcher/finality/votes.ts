import type { Address, Hex } from '../../registry/providerSet.ts';

/** One operator that was asked. Each stands in a list of votes once. */
export interface Voter {
  readonly operator: Address;
  readonly stake: bigint;
}

/** The height that an operator names; undefined when it did not answer. */
export interface HeightVote extends Voter {
  readonly height: number | undefined;
}

/** The hash that an operator names for one height; undefined when it did not answer. */
export interface HashVote extends Voter {
  readonly hash: Hex | undefined;
}

/** What the answers of so many count for: this share of the stake of all who were asked, and so many operators. */
export interface Threshold {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly operators: number;
}

const AGREEMENT: Threshold = { numerator: 2n, denominator: 3n, operators: 3 };

/** Whether those who agree are enough among all who were asked. */
export function isAgreed(agreeing: readonly Voter[], asked: readonly Voter[], threshold: Threshold): boolean {
  const whole = stakeOf(asked);
  return (
    agreeing.length >= threshold.operators &&
    // No stake at all proves nothing.
    whole > 0n &&
    stakeOf(agreeing) * threshold.denominator >= whole * threshold.numerator
  );
}

/**
 * The highest block that enough say they have, by naming it or a later one: whoever names one that is too high or too
 * low moves it by nothing as long as the others are enough.
 */
export function agreedHeight(votes: readonly HeightVote[], threshold = AGREEMENT): number | undefined {
  const named = new Set(votes.map(({ height }) => height).filter((height) => height !== undefined));
  return [...named]
    .sort((a, b) => b - a)
    .find((height) =>
      isAgreed(
        votes.filter((vote) => vote.height !== undefined && vote.height >= height),
        votes,
        threshold,
      ),
    );
}

/** The hash that enough name. There is at most one as long as the share is more than half. */
export function agreedHash(votes: readonly HashVote[], threshold = AGREEMENT): Hex | undefined {
  const named = Map.groupBy(votes, ({ hash }) => hash);
  for (const [hash, agreeing] of named)
    if (hash !== undefined && isAgreed(agreeing, votes, threshold)) return hash;
  return undefined;
}

export function stakeOf(voters: readonly Voter[]): bigint {
  return voters.reduce((sum, { stake }) => sum + stake, 0n);
}
