import type { CaseKey } from '../chain/commitment.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Address, Hex } from '../registry/providerSet.ts';
import type { KeeperAct } from './docket.ts';

/** What came of one look at all cases. */
export interface KeeperRound {
  readonly acts: readonly CaseAct[];
  /** Pending cases whose time has not come. */
  readonly waiting: readonly WaitingCase[];
  readonly failures: readonly CaseFailure[];
  /** Whether all was read; otherwise more may be due. */
  readonly isComplete: boolean;
  /** Why it was not; undefined too when there only was much to read. */
  readonly unread: unknown;
}

/** Names a case. */
export interface CaseRef {
  readonly id: Hex;
  readonly court: Address;
  readonly key: CaseKey;
}

export interface CaseAct extends CaseRef {
  readonly act: KeeperAct;
  /** Undefined in a dry run. */
  readonly transaction: Hex | undefined;
}

export interface WaitingCase extends CaseRef {
  /** When it can be executed, as far as is known now. */
  readonly dueAt: UnixSeconds;
}

export interface CaseFailure extends CaseRef {
  readonly act: KeeperAct;
  readonly error: unknown;
}

/** A round of several parts. */
export function mergeRounds(rounds: readonly KeeperRound[]): KeeperRound {
  return {
    acts: rounds.flatMap(({ acts }) => acts),
    waiting: rounds.flatMap(({ waiting }) => waiting),
    failures: rounds.flatMap(({ failures }) => failures),
    isComplete: rounds.every(({ isComplete }) => isComplete),
    unread: rounds.find(({ unread }) => unread !== undefined)?.unread,
  };
}
