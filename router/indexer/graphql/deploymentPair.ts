import { describeChainError } from '../../chain/chainError.ts';
import { NotARegistryError } from '../../chain/contracts.ts';
import { WrongChainError } from '../../chain/settlementEndpoints.ts';
import { DinError } from '../../core/dinError.ts';
import type { Address } from '../../registry/providerSet.ts';
import { ReorgTooDeepError } from '../catchUp.ts';
import type { DeploymentFeed, EventFeed } from '../eventFeed.ts';
import type { GraphqlDeployment, GraphqlFeed } from './graphqlFeed.ts';

/** What a deployment is, by whoever could say so. */
export type DeploymentFacts = Pick<DeploymentFeed, 'chainId' | 'registry' | 'vault' | 'base'>;

/** One deployment as an indexer and as the chain itself show it; each is opened when it first answers. */
export interface DeploymentPair {
  readonly facts: DeploymentFacts;
  sawChain(): boolean;
  /** @throws {@link IndexerDisagreesError}; what keeps the indexer from answering, as it is. */
  indexer(signal: AbortSignal): Promise<GraphqlDeployment>;
  /**
   * @throws `ReorgTooDeepError` when only the indexer had been seen so far and the chain says otherwise: what was read
   * is not of this chain; what keeps the chain from answering, as it is.
   */
  chain(signal: AbortSignal): Promise<DeploymentFeed>;
}

/**
 * Needs one of the two to answer; where both do, the chain's word counts.
 * @throws `WrongChainError`, `NotARegistryError` when the chain says so; {@link BothWaysFailedError}
 */
export async function openPair(
  primary: GraphqlFeed,
  secondary: EventFeed,
  registry: Address,
  signal: AbortSignal,
): Promise<DeploymentPair> {
  const [indexed, onChain] = await Promise.allSettled([
    primary.open(registry, signal),
    secondary.open(registry, signal),
  ]);
  signal.throwIfAborted();
  if (onChain.status === 'fulfilled') {
    const { value: chain } = onChain;
    const agrees = indexed.status === 'fulfilled' && agree(indexed.value, chain);
    return createPair(primary, secondary, chain, { chain, ...(agrees && { indexer: indexed.value }) });
  }
  const { reason } = onChain;
  if (reason instanceof WrongChainError || reason instanceof NotARegistryError) throw reason;
  if (indexed.status === 'rejected') throw new BothWaysFailedError(indexed.reason, reason);
  return createPair(primary, secondary, indexed.value, { indexer: indexed.value });
}

function createPair(
  primary: GraphqlFeed,
  secondary: EventFeed,
  facts: DeploymentFacts,
  opened: { indexer?: GraphqlDeployment; chain?: DeploymentFeed },
): DeploymentPair {
  const { registry } = facts;
  return {
    facts,
    sawChain: () => opened.chain !== undefined,
    async indexer(signal) {
      if (opened.indexer !== undefined) return opened.indexer;
      const indexer = await primary.open(registry, signal);
      if (!agree(indexer, facts)) throw new IndexerDisagreesError(registry);
      opened.indexer = indexer;
      return indexer;
    },
    async chain(signal) {
      if (opened.chain !== undefined) return opened.chain;
      const chain = await secondary.open(registry, signal);
      if (!agree(chain, facts)) throw new ReorgTooDeepError(facts.base.number, chain.base.number);
      opened.chain = chain;
      return chain;
    },
  };
}

/** The base's hash tells a chain that was begun anew from the one before it. */
function agree(one: DeploymentFacts, other: DeploymentFacts): boolean {
  return (
    one.chainId === other.chainId &&
    one.registry === other.registry &&
    one.vault === other.vault &&
    one.base.hash === other.base.hash
  );
}

/** Another chain id, vault or first block than the settlement chain says: it indexes something else. */
export class IndexerDisagreesError extends DinError {
  readonly code = 'INDEXER_DISAGREES';
  constructor(registry: Address) {
    super(
      `The indexer's registry ${registry} is of another chain or deployment than the settlement chain's.`,
    );
  }
}

/** Neither the indexer nor the settlement chain can be read. */
export class BothWaysFailedError extends DinError {
  readonly code = 'BOTH_WAYS_FAILED';
  constructor(indexer: unknown, chain: unknown) {
    super(`${describeChainError(indexer)} And the settlement chain: ${describeChainError(chain)}`, {
      cause: chain,
    });
  }
}
