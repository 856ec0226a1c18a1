import { DinError } from '../../router/core/dinError.ts';
import { amountText, type TokenUnit } from './amount.ts';
import { activeStake } from './providerState.ts';
import type { WatcherState } from './watcherState.ts';

/** @throws {@link NotAdmittedError} */
export function requireAdmitted(watcher: WatcherState): void {
  if (!watcher.admitted) throw new NotAdmittedError(watcher);
}

/** @throws {@link AlreadyJoinedError} */
export function requireNotJoined(watcher: WatcherState): void {
  if (watcher.joined) throw new AlreadyJoinedError(watcher);
}

/** @throws {@link NotJoinedError} */
export function requireJoined(watcher: WatcherState): void {
  if (!watcher.joined) throw new NotJoinedError(watcher);
}

/** @throws {@link InsufficientBondError} when the bond with `added` is under the least one. */
export function requireBond(watcher: WatcherState, added: bigint, unit: TokenUnit): void {
  if (activeStake(watcher.bond) + added < watcher.minBond)
    throw new InsufficientBondError(watcher, added, unit);
}

export class NotAdmittedError extends DinError {
  readonly code = 'NOT_ADMITTED';
  constructor({ id }: WatcherState) {
    super(`${id} is not admitted: the governor has to run \`din watcher admit ${id}\` first`);
  }
}

export class AlreadyJoinedError extends DinError {
  readonly code = 'ALREADY_JOINED';
  constructor({ id }: WatcherState) {
    super(`${id} has joined already`);
  }
}

export class NotJoinedError extends DinError {
  readonly code = 'NOT_JOINED';
  constructor({ id }: WatcherState) {
    super(`${id} is no watcher: \`din watcher join\` makes it one`);
  }
}

export class InsufficientBondError extends DinError {
  readonly code = 'INSUFFICIENT_BOND';
  constructor({ bond, minBond }: WatcherState, added: bigint, unit: TokenUnit) {
    super(
      `The bond would be ${amountText(activeStake(bond) + added, unit)}, at least ${amountText(minBond, unit)} are needed`,
    );
  }
}
