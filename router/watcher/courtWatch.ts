import type { PublicClient } from 'viem';
import { providerRegistryAbi } from '../chain/abi/providerRegistry.ts';
import type { Contracts } from '../chain/contracts.ts';
import type { Address } from '../registry/providerSet.ts';
import { describeError } from './describeError.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface CourtWatch {
  /** Looks whether this watcher's court is still in office, and says so once when it is not. Never rejects. */
  check(): Promise<void>;
}

/**
 * A new court brings a hub of its own, in which a watcher has to join anew: that is for people to do. Until then the
 * watcher settles the cases of the court before.
 */
export function createCourtWatch(
  client: PublicClient,
  { registry, court }: Pick<Contracts, 'registry' | 'court'>,
  log: WatcherLog,
): CourtWatch {
  let told: Address | undefined;
  return {
    async check() {
      try {
        const present = await client.readContract({
          address: registry,
          abi: providerRegistryAbi,
          functionName: 'court',
        });
        if (present === court || present === told) return;
        told = present;
        log.error({ code: 'COURT_REPLACED', court, replacedBy: present }, 'court_replaced');
      } catch (error) {
        log.warn(describeError(error), 'court_unread');
      }
    },
  };
}
