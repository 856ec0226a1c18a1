import type { CaseState } from '../chain/caseState.ts';
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

/** What the chain says about an offence now. */
export interface OffenceView {
  readonly state: CaseState;
  /** Of an open or appealed case: until then guardian or governor may end it. */
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
    case 'overturned':
    case 'executed':
      return 'drop';
    case 'open':
    case 'appealed':
      return now >= view.executableAt ? 'execute' : 'wait';
    case 'none':
      if (now >= view.evidenceUntil) return 'drop';
      if (view.hasQuorum) return 'open';
      return view.tallyFinal ? 'drop' : 'wait';
  }
}
