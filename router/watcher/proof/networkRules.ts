/**
 * Whether a network is known to answer and commit exactly as Ethereum does. On others the same mathematics may prove
 * an answer right, but a contradiction is no lie: Polygon's nodes add transactions and logs to a block that its roots
 * leave out, Metis keeps balances in a token's storage, and rollups of OP put another root in `withdrawalsRoot`.
 */
export type NetworkRules = 'ethereum' | 'unknown';

/** Mainnet, Sepolia, Holesky, Hoodi. */
const ETHEREUM_CHAINS: ReadonlySet<number> = new Set([1, 11_155_111, 17_000, 560_048]);

export function networkRules(chainId: number): NetworkRules {
  return ETHEREUM_CHAINS.has(chainId) ? 'ethereum' : 'unknown';
}
