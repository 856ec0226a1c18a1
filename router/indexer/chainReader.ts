import { type Block, BlockNotFoundError, type PublicClient } from 'viem';
import type { RegistryContracts } from '../chain/contracts.ts';
import { unixSeconds } from '../core/units.ts';
import type { RegistryEvent } from '../registry/events.ts';
import type { BlockRef, Hex } from '../registry/providerSet.ts';
import { decodeEvents } from './decodeEvent.ts';

/** What following a chain needs of it, seen by one endpoint. Rejects with endpoint errors as they are. */
export interface ChainReader {
  head(): Promise<BlockRef>;
  /** Number of the newest block that no reorg can reach; undefined where the chain does not tell. */
  final(): Promise<bigint | undefined>;
  /** Undefined when the chain, as it is now, has no such block. */
  blockAt(number: bigint): Promise<BlockRef | undefined>;
  /** Events of exactly this block, whether or not the chain still holds to it. */
  eventsOf(hash: Hex): Promise<readonly RegistryEvent[]>;
  /**
   * Events of the blocks `from` to `to`, both inclusive, of the chain as it is now. Undefined when it changed while it
   * was read.
   */
  eventsBetween(from: bigint, to: bigint): Promise<readonly RegistryEvent[] | undefined>;
}

export function createChainReader(client: PublicClient, contracts: RegistryContracts): ChainReader {
  const address = [contracts.registry, contracts.vault];
  return {
    async head() {
      return blockRef(await client.getBlock({ blockTag: 'latest', includeTransactions: false }));
    },
    async final() {
      const block = await client.getBlock({ blockTag: 'finalized', includeTransactions: false });
      return block.number;
    },
    async blockAt(blockNumber) {
      return await findBlock(client, blockNumber);
    },
    async eventsOf(blockHash) {
      return decodeEvents(contracts, await client.getLogs({ address, blockHash }));
    },
    async eventsBetween(fromBlock, toBlock) {
      return decodeEvents(contracts, await client.getLogs({ address, fromBlock, toBlock }));
    },
  };
}

async function findBlock(client: PublicClient, blockNumber: bigint): Promise<BlockRef | undefined> {
  try {
    return blockRef(await client.getBlock({ blockNumber, includeTransactions: false }));
  } catch (error) {
    if (error instanceof BlockNotFoundError) return undefined;
    throw error;
  }
}

function blockRef({ number, hash, parentHash, timestamp }: Block<bigint, false, 'latest'>): BlockRef {
  return { number, hash, parentHash, timestamp: unixSeconds(timestamp) };
}
