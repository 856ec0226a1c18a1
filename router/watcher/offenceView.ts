import type { PublicClient } from 'viem';
import { slashingCourtAbi } from '../chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../chain/abi/watcherHub.ts';
import { caseStateOf } from '../chain/caseState.ts';
import { type CaseKey, caseId, offenceId, offenceValue } from '../chain/commitment.ts';
import { windowsOf } from '../chain/epochClock.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Court } from './court.ts';
import type { OffenceView } from './docket.ts';

const EQUIVOCATION = offenceValue('equivocation');

/** What the chain says about an offence now. Rejects with the endpoint's error. */
export async function readOffenceView(
  client: PublicClient,
  court: Court,
  key: CaseKey,
): Promise<OffenceView> {
  // Proven at once: there is no tally, and no case that is still to be opened.
  const isProven = key.offence === EQUIVOCATION;
  const [found, hasQuorum] = await Promise.all([
    client.readContract({
      address: court.court,
      abi: slashingCourtAbi,
      functionName: 'caseOf',
      args: [caseId(court, key)],
    }),
    isProven ||
      client.readContract({
        address: court.hub,
        abi: watcherHubAbi,
        functionName: 'hasQuorum',
        args: [offenceId(key), key.epoch],
      }),
  ]);
  const tallyUntil = isProven ? 0 : windowsOf(court.params, Number(key.epoch)).revealEnd;
  return {
    state: caseStateOf(found.state),
    executableAt: found.executableAt as UnixSeconds,
    hasQuorum,
    tallyUntil: tallyUntil as UnixSeconds,
    evidenceUntil: (isProven ? 0 : tallyUntil + court.evidenceSeconds) as UnixSeconds,
  };
}
