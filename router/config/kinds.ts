import { checksum, validate } from 'ox/Address';
import { z } from 'zod';
import { parseListenAddress } from '../core/listenAddress.ts';

/* The kinds of values that a configuration is made of. Every error says what is allowed. */

export const text = (allowed: string, isAllowed: (text: string) => boolean) =>
  z.string({ error: allowed }).refine(isAllowed, { error: allowed });

export const integer = (min: number, max: number, unit: string) => {
  const error = `allowed: a whole number of ${unit}, ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** A mapping without keys that nobody reads: a misspelt option must not be ignored in silence. */
export const section = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, { error: `allowed: a mapping of ${Object.keys(shape).join(', ')}` });

export const list = <Item extends z.ZodType>(item: Item, of: string) =>
  z.array(item, { error: `allowed: a list of ${of}` });

export const name = text('allowed: 1 to 32 letters, digits, ".", "_" or "-"', (value) =>
  /^[\w.-]{1,32}$/.test(value),
);

export const listen = text(
  'allowed: host:port, e.g. 127.0.0.1:8080 (port 0 takes a free one)',
  (value) => parseListenAddress(value) !== undefined,
);

/** @param schemes e.g. `http://` */
export const url = (...schemes: readonly string[]) =>
  text(`allowed: a URL that begins with ${oneOf(schemes)}`, (value) => {
    const parsed = URL.parse(value);
    return parsed !== null && schemes.includes(`${parsed.protocol}//`);
  });

export const filePath = (allowed = 'allowed: the path of a file') =>
  text(allowed, (value) => value !== '' && !value.includes('\0'));

const ADDRESS_ALLOWED =
  'allowed: an address, 0x and 40 hex digits, all lower case or with the right checksum';
export const address = z.string({ error: ADDRESS_ALLOWED }).transform((value, context) => {
  if (validate(value)) return checksum(value);
  context.addIssue({ code: 'custom', message: ADDRESS_ALLOWED });
  return z.NEVER;
});

export const chainId = integer(1, Number.MAX_SAFE_INTEGER, 'the chain id');

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
