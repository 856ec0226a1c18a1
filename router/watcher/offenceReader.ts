import { getAbiItem, type PublicClient } from 'viem';
import { slashingCourtAbi } from '../chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { type CaseKey, networkIdOf, offenceValue } from '../chain/commitment.ts';
import type { Contracts } from '../chain/contracts.ts';

/** What most endpoints answer in one query. */
const MAX_RANGE_BLOCKS = 2_000n;

const EQUIVOCATION = offenceValue('equivocation');

const EVENTS = [
  getAbiItem({ abi: watcherHubAbi, name: 'BreachAttested' }),
  // Proven while the vault is paused, they wait for their execution.
  getAbiItem({ abi: slashingCourtAbi, name: 'EquivocationProven' }),
  getAbiItem({ abi: slashingCourtAbi, name: 'BlockHashDisproven' }),
] as const;

/** An offence that somebody attested or proved. */
export interface Offence {
  readonly key: CaseKey;
  readonly block: bigint;
}

export interface OffenceRange {
  readonly offences: readonly Offence[];
  /** Next block to read from. */
  readonly next: bigint;
}

/** Reads the offences of one court, a range at a time. */
export interface OffenceReader {
  /** From block `from` on, at most to `head`. Rejects when the endpoint fails; asks for less the next time. */
  read(from: bigint, head: bigint): Promise<OffenceRange>;
}

export function createOffenceReader(
  client: PublicClient,
  { chainId, hub, court }: Pick<Contracts, 'chainId' | 'hub' | 'court'>,
): OffenceReader {
  const ownNetwork = networkIdOf(`eip155:${chainId}`);
  let range = MAX_RANGE_BLOCKS;

  async function readRange(fromBlock: bigint, toBlock: bigint): Promise<Offence[]> {
    const logs = await client.getLogs({
      ...{ address: [hub, court], events: EVENTS, strict: true },
      ...{ fromBlock, toBlock },
    });
    return logs.map(({ eventName, args, blockNumber: block }) => {
      const { provider } = args;
      if (eventName === 'BreachAttested') {
        const { epoch, network, offence } = args;
        return { key: { epoch, provider, network, offence }, block };
      }
      const network = eventName === 'EquivocationProven' ? args.network : ownNetwork;
      return { key: { epoch: args.height, provider, network, offence: EQUIVOCATION }, block };
    });
  }

  return {
    async read(from, head) {
      const to = from + range - 1n < head ? from + range - 1n : head;
      try {
        const offences = await readRange(from, to);
        range = range * 2n < MAX_RANGE_BLOCKS ? range * 2n : MAX_RANGE_BLOCKS;
        return { offences, next: to + 1n };
      } catch (error) {
        range = range > 1n ? range / 2n : 1n;
        throw error;
      }
    },
  };
}
