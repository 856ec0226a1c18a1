import { describeChainError } from '../chain/chainError.ts';
import { DinError } from '../core/dinError.ts';

/** Log fields of a failure: its stable code where it has one, and a line without secrets. */
export function describeError(error: unknown): { code: string; error: string } {
  return {
    code: error instanceof DinError ? error.code : 'SETTLEMENT_ENDPOINT',
    error: describeChainError(error),
  };
}
