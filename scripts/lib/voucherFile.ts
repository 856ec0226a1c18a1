import { readFile } from 'node:fs/promises';
import { type Address, getAddress, type Hex, isAddress } from 'viem';
import { z } from 'zod';
import { DinError } from '../../router/core/dinError.ts';

const address = z
  .custom<Address>((value) => typeof value === 'string' && isAddress(value), 'must be an address')
  .transform((value) => getAddress(value));
const schema = z.object({
  gateway: address,
  provider: address,
  /** Cumulative, in the token's smallest unit. */
  total: z
    .string()
    .regex(/^\d{1,78}$/, "must be a whole number of the token's smallest unit, as text")
    .transform((text) => BigInt(text))
    .refine((total) => total < 2n ** 256n, 'must be below 2^256'),
  /** The gateway itself or a key that it authorized. */
  signer: address,
  signature: z.custom<Hex>(
    (value) => typeof value === 'string' && /^0x([0-9a-f]{2}){1,4096}$/i.test(value),
    'must be 0x and hexadecimal digits',
  ),
});

/** "This gateway owes this provider `total` in all", signed. */
export type SignedVoucher = z.infer<typeof schema>;

/** @throws {@link VoucherFileError} that names every field that is missing or wrong. */
export async function readVoucherFile(path: string): Promise<SignedVoucher> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new VoucherFileError(path, 'it cannot be read as JSON', { cause });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
  throw new VoucherFileError(path, fields.join('; '));
}

export class VoucherFileError extends DinError {
  readonly code = 'VOUCHER_FILE';
  constructor(path: string, why: string, options?: { cause?: unknown }) {
    super(`${path} is no signed voucher: ${why}`, options);
  }
}
