import { type Address, getAddress, isAddress } from 'viem';
import { z } from 'zod';

/** An address in any case of its letters, as its checksummed form. */
export const addressText = z
  .string()
  .refine((text) => isAddress(text, { strict: false }))
  .transform((text): Address => getAddress(text));
