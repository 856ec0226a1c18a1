import { ContractRefusedError } from '../chain/contractRefused.ts';
import { DinError } from '../core/dinError.ts';

/**
 * The name of the custom error with which a contract refused, in simulation or in a block; undefined when it is
 * another failure.
 */
export function refusalName(error: unknown): string | undefined {
  if (error instanceof ContractRefusedError) return error.errorName;
  // A reverted transaction carries its refusal as the cause.
  return error instanceof DinError && error.cause instanceof ContractRefusedError
    ? error.cause.errorName
    : undefined;
}
