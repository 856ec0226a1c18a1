import type { UnixSeconds } from '../core/units.ts';
import type { Address, Hex } from '../registry/providerSet.ts';

/** An offence that somebody attested. */
export interface Offence {
  readonly epoch: number;
  readonly provider: Address;
  readonly network: Hex;
  /** Value on-chain. */
  readonly offence: number;
}

/** As the court's `CaseState`. */
export const CASE_STATES = ['none', 'open', 'vetoed', 'executed'] as const;
export type CaseState = (typeof CASE_STATES)[number];

/** What the chain says about an offence now. */
export interface OffenceView {
  readonly state: CaseState;
  /** Of an open case. */
  readonly executableAt: UnixSeconds;
  readonly hasQuorum: boolean;
  /** The epoch's reveal window has closed: the tally does not change any more. */
  readonly tallyFinal: boolean;
  /** From here on no case can be opened. */
  readonly evidenceUntil: UnixSeconds;
}

export type KeeperStep = 'open' | 'execute' | 'wait' | 'drop';

/** What a keeper does about an offence at the chain's time `now`. */
export function keeperStep(view: OffenceView, now: UnixSeconds): KeeperStep {
  switch (view.state) {
    case 'vetoed':
    case 'executed':
      return 'drop';
    case 'open':
      return now >= view.executableAt ? 'execute' : 'wait';
    case 'none':
      if (now >= view.evidenceUntil) return 'drop';
      if (view.hasQuorum) return 'open';
      return view.tallyFinal ? 'drop' : 'wait';
  }
}
