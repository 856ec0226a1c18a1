import { OFFENCES } from '../../../chain/commitment.ts';

/** A later version of the contracts may know more of them. */
export function offenceName(offence: number): string {
  return OFFENCES[offence] ?? `offence ${offence}`;
}
