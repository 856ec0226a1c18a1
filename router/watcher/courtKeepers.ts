import { type PublicClient, zeroAddress } from 'viem';
import { providerRegistryAbi } from '../chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../chain/abi/stakeVault.ts';
import type { RegistryContracts } from '../chain/contracts.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import { createKeeper, type Keeper, type KeeperDependencies } from './cases.ts';
import { readCourt } from './court.ts';
import { describeError } from './describeError.ts';
import { type KeeperRound, mergeRounds } from './keeperRound.ts';

/** Courts change once in a month or so at most. */
const COURTS_LOOK_MS = 60_000;

/**
 * The keeper of all courts that may act: the one in office, and for a while the one before it, which settles what it
 * has locked.
 */
export function createCourtKeepers(
  contracts: Pick<RegistryContracts, 'chainId' | 'registry' | 'vault' | 'deploymentBlock'>,
  dependencies: KeeperDependencies,
): Keeper {
  const { client, clock, log } = dependencies;
  const keepers = new Map<Address, Keeper>();
  let nextLook = Number.NEGATIVE_INFINITY;

  async function follow(now: UnixSeconds): Promise<void> {
    const courts = await readCourts(client, contracts, now);
    for (const court of courts) {
      if (keepers.has(court)) continue;
      keepers.set(court, createKeeper(await readCourt(client, contracts, court), dependencies));
      log.info({ court }, 'court_kept');
    }
    for (const court of keepers.keys()) if (!courts.has(court)) keepers.delete(court);
    nextLook = clock.now() + COURTS_LOOK_MS;
  }

  return {
    async step(head) {
      const rounds: KeeperRound[] = [];
      if (clock.now() >= nextLook) {
        try {
          await follow(head.timestamp);
        } catch (error) {
          log.warn(describeError(error), 'courts_unread');
          rounds.push({ acts: [], waiting: [], failures: [], isComplete: false, unread: error });
        }
      }
      for (const keeper of keepers.values()) rounds.push(await keeper.step(head));
      return mergeRounds(rounds);
    },
  };
}

/** Vault and registry each name theirs: for a moment of a change, one of them may name the one before. */
async function readCourts(
  client: PublicClient,
  { registry, vault }: Pick<RegistryContracts, 'registry' | 'vault'>,
  now: UnixSeconds,
): Promise<ReadonlySet<Address>> {
  const vaultAt = { address: vault, abi: stakeVaultAbi } as const;
  const registryAt = { address: registry, abi: providerRegistryAbi } as const;
  const [inVault, [retired, until], inRegistry] = await Promise.all([
    client.readContract({ ...vaultAt, functionName: 'court' }),
    client.readContract({ ...vaultAt, functionName: 'retiredCourt' }),
    client.readContract({ ...registryAt, functionName: 'court' }),
  ]);
  const courts = new Set([inVault, inRegistry, ...(now < until ? [retired] : [])]);
  courts.delete(zeroAddress);
  return courts;
}
