import type { PublicClient } from 'viem';
import { judgeEpoch, type Services } from '../../registry/judgeEpoch.ts';
import type { EpochRecord } from '../../registry/networkRecord.ts';
import type { Address } from '../../registry/providerSet.ts';
import { inTurns } from './inTurns.ts';
import type { RevealBook } from './revealBook.ts';
import { readEpochWeights } from './watchedContracts.ts';

/** What was revealed of an epoch, by the weights that its watchers had. Rejects with endpoint errors as they are. */
export async function judgeRevealed(
  args: {
    readonly client: PublicClient;
    readonly hub: Address;
    readonly epoch: number;
    readonly reveals: RevealBook;
  },
  services: () => Services,
): Promise<EpochRecord> {
  const { client, hub, epoch, reveals } = args;
  const said = reveals.reports(epoch);
  const watchers = said.map(({ watcher }) => watcher);
  const { totalWeight, weights } = await readEpochWeights(client, hub, epoch, watchers);
  const reports = said.map((report, index) => ({ ...report, weight: weights[index] ?? 0 }));
  return await inTurns(judgeEpoch({ epoch, totalWeight, reports }, services()));
}
