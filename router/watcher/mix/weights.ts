/**
 * How often each kind of call is asked. The first seven are those of the profile `ethereum.general` of chainbench
 * (github.com/chainstacklabs/chainbench), by which Chainstack, a provider, benches its nodes with the mix of their
 * traffic; it sums up the rest as others. The next three are those of its profile `base.general`, which names every
 * method, in the same unit. The last are less than one there; here they have the least weight with which each is asked
 * some times an epoch, as each can be lied about.
 */
export const WEIGHTS = {
  call: 100,
  transactionReceipt: 24,
  blockNumber: 19,
  balance: 12,
  chainId: 11,
  blockByNumber: 9,
  transactionByHash: 8,
  logs: 9.6,
  blockReceipts: 3.8,
  blockByHash: 2.5,
  transactionCount: 2,
  code: 2,
  gasPrice: 2,
  storageAt: 2,
  estimateGas: 2,
} as const satisfies Record<string, number>;

export type Kind = keyof typeof WEIGHTS;

export const KINDS = Object.entries(WEIGHTS) as readonly (readonly [Kind, number])[];

/**
 * Of all probes, so many ask for the head whatever the mix draws: block lag needs several of them an epoch. Wallets
 * that wait for a transaction do nothing else.
 */
export const HEAD_SHARE = 0.25;

/** Of the probes of a service that declares more than a full node has, so many test that. */
export const CAPABILITY_SHARE = 0.05;
