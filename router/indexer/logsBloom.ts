import { contains } from 'ox/Bloom';
import type { Hex } from '../registry/providerSet.ts';
import type { MinedLog } from './logAnswer.ts';

/** Whether one of the accounts may have logged in a block with this bloom: "no" is certain. */
export function admitsAnyOf(bloom: Hex | undefined, addresses: readonly Hex[]): boolean {
  return bloom === undefined || addresses.some((address) => contains(bloom, address));
}

/** Whether the log may be in a block with this bloom: "no" is certain. */
export function admits(bloom: Hex | undefined, { address, topics }: MinedLog): boolean {
  return bloom === undefined || [address, ...topics].every((item) => contains(bloom, item));
}
