import { type Address, getAddress, zeroAddress } from 'viem';
import type { DeployParameters } from './deployParameters.ts';
import type { Part } from './roles.ts';

/** Where the parts are. */
export type Addresses = Readonly<Record<Part | 'token' | 'accessManager', Address>>;

export type Value = string | number | bigint | boolean;

/** One view of a contract and what it must answer; of several values or a struct, each field in its order. */
export interface Expectation {
  readonly part: Part;
  readonly view: string;
  readonly args?: readonly unknown[];
  readonly value: Value | Readonly<Record<string, Value>>;
}

/** Every parameter and pointer of a deployment that is fresh: nothing was proposed, paused or changed since. */
export function expectedState(addresses: Addresses, p: DeployParameters): Expectation[] {
  const { token, accessManager, vault, registry, hub, court, escrow } = addresses;
  const treasury = getAddress(p.treasury);
  const of = (part: Part, values: Readonly<Record<string, Expectation['value']>>) =>
    Object.entries(values).map(([view, value]) => ({ part, view, value }));
  const { genesis, epochSeconds, commitSeconds, revealSeconds } = p;
  const { evidenceSeconds, vetoSeconds, appealSeconds, repeatSeconds } = p;
  const nothing = { proposed: zeroAddress, effectiveAt: 0 };
  const nobody = { retired: zeroAddress, until: 0 };
  return [
    ...of('vault', {
      authority: accessManager,
      token,
      treasury,
      court,
      pendingCourt: nothing,
      retiredCourt: nobody,
      thawSeconds: p.thawSeconds,
      courtChangeSeconds: p.courtChangeSeconds,
      pauseSeconds: p.pauseSeconds,
      pausedUntil: 0,
    }),
    ...of('registry', {
      authority: accessManager,
      vault,
      court,
      pendingCourt: nothing,
      retiredCourt: nobody,
      escrow,
      pendingEscrow: nothing,
      successor: zeroAddress,
      pendingSuccessor: nothing,
      changeSeconds: p.courtChangeSeconds,
      publicEndpointsOnly: p.publicEndpointsOnly,
    }),
    ...of('hub', {
      authority: accessManager,
      registry,
      vault,
      epochParams: { genesis, epochSeconds, commitSeconds, revealSeconds },
      minBond: p.minBond,
      maxWeight: p.maxWeight,
      reward: p.reward,
      maxReward: p.maxReward,
      admissionOpen: p.admissionOpen,
    }),
    ...of('court', {
      authority: accessManager,
      hub,
      registry,
      vault,
      windows: { evidenceSeconds, vetoSeconds, appealSeconds, repeatSeconds },
      appealBond: p.appealBond,
    }),
    ...p.penalties.map((penalty, offence) => ({
      part: 'court' as const,
      view: 'penaltyOf',
      args: [offence],
      value: penalty,
    })),
    ...of('escrow', {
      authority: accessManager,
      token,
      treasury,
      thawSeconds: p.escrowThawSeconds,
      feeBps: p.feeBps,
      pauseSeconds: p.pauseSeconds,
      pausedUntil: 0,
    }),
  ];
}
