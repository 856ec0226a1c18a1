import { getAbiItem, type PublicClient } from 'viem';
import { slashingCourtAbi } from '../chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { type CaseKey, networkIdOf, offenceValue } from '../chain/commitment.ts';
import type { Contracts } from '../chain/contracts.ts';
import { smaller } from '../core/bigints.ts';

/** What most endpoints answer in one query. */
const MAX_RANGE_BLOCKS = 2_000n;

/** What every endpoint answers that works at all: if it fails with so little, it is not because of the range. */
const MIN_RANGE_BLOCKS = 100n;

/** So many queries go well before a larger one is tried. */
const STREAK = 10;

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
  /** From block `from` on, at most to `head`. Asks for less when the endpoint refuses; rejects when that does not help. */
  read(from: bigint, head: bigint): Promise<OffenceRange>;
}

export function createOffenceReader(
  client: PublicClient,
  { chainId, hub, court }: Pick<Contracts, 'chainId' | 'hub' | 'court'>,
): OffenceReader {
  const ownNetwork = networkIdOf(`eip155:${chainId}`);
  let range = MAX_RANGE_BLOCKS;
  let streak = 0;

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
      for (;;) {
        const to = from + range - 1n < head ? from + range - 1n : head;
        try {
          const offences = await readRange(from, to);
          streak += 1;
          if (streak % STREAK === 0) range = smaller(range * 2n, MAX_RANGE_BLOCKS);
          return { offences, next: to + 1n };
        } catch (error) {
          streak = 0;
          if (range <= MIN_RANGE_BLOCKS || to - from < MIN_RANGE_BLOCKS) throw error;
          range /= 2n;
        }
      }
    },
  };
}
