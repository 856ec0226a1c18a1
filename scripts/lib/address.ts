import { type Address, getAddress, isAddress } from 'viem';
import { UsageError } from './usageError.ts';

/**
 * A checksummed address.
 * @throws {@link UsageError} also when a checksum is given and wrong: it catches mistyped addresses.
 */
export function addressOf(text: string, what: string): Address {
  const plain = text === text.toLowerCase();
  if (!isAddress(text, { strict: !plain }))
    throw new UsageError(`${what} is no address: 0x, 40 hexadecimal digits, and the right checksum if any`);
  return getAddress(text);
}
