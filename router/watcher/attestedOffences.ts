import type { PublicClient } from 'viem';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import type { Address } from '../registry/providerSet.ts';
import type { Offence } from './docket.ts';

/** What most endpoints answer in one query. */
const MAX_RANGE_BLOCKS = 2_000n;

export interface OffenceRange {
  readonly offences: readonly (Offence & { readonly block: bigint })[];
  /** Next block to read from. */
  readonly next: bigint;
}

/** Reads the offences that watchers attested, a range at a time. */
export interface OffenceReader {
  /** From block `from` on, at most to `head`. Rejects when the endpoint fails; asks for less the next time. */
  read(from: bigint, head: bigint): Promise<OffenceRange>;
}

export function createOffenceReader(client: PublicClient, hub: Address): OffenceReader {
  let range = MAX_RANGE_BLOCKS;
  return {
    async read(from, head) {
      const to = from + range - 1n < head ? from + range - 1n : head;
      try {
        const logs = await client.getContractEvents({
          address: hub,
          abi: watcherHubAbi,
          eventName: 'BreachAttested',
          fromBlock: from,
          toBlock: to,
          strict: true,
        });
        range = range * 2n < MAX_RANGE_BLOCKS ? range * 2n : MAX_RANGE_BLOCKS;
        const offences = logs.map(({ args, blockNumber }) => ({
          epoch: Number(args.epoch),
          provider: args.provider,
          network: args.network,
          offence: args.offence,
          block: blockNumber,
        }));
        return { offences, next: to + 1n };
      } catch (error) {
        range = range > 1n ? range / 2n : 1n;
        throw error;
      }
    },
  };
}
