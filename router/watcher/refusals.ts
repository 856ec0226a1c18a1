import { ContractRefusedError } from '../chain/contractRefused.ts';
import { DinError } from '../core/dinError.ts';
import { type UnixSeconds, unixSeconds } from '../core/units.ts';

/**
 * The name of the custom error with which a contract refused, in simulation or in a block; undefined when it is
 * another failure.
 */
export function refusalName(error: unknown): string | undefined {
  return refusalOf(error)?.errorName;
}

/** The time that the refusal `name` carries as `until`; undefined when the error is another. */
export function refusedUntil(error: unknown, name: string): UnixSeconds | undefined {
  const refusal = refusalOf(error);
  const until = refusal?.errorName === name ? refusal.args.until : undefined;
  return typeof until === 'number' || typeof until === 'bigint' ? unixSeconds(until) : undefined;
}

function refusalOf(error: unknown): ContractRefusedError | undefined {
  if (error instanceof ContractRefusedError) return error;
  // A reverted transaction carries its refusal as the cause.
  return error instanceof DinError && error.cause instanceof ContractRefusedError ? error.cause : undefined;
}
