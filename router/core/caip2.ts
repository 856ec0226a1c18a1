import type { Branded } from './units.ts';

/** A chain's CAIP-2 id: `namespace:reference`, e.g. `eip155:59144`. */
export type Caip2 = Branded<string, 'Caip2'>;

// CAIP-2: namespace [-a-z0-9]{3,8}, reference [-_a-zA-Z0-9]{1,32}.
const CAIP2 = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/;

export function isCaip2(text: string): text is Caip2 {
  return CAIP2.test(text);
}

/** The EIP-155 chain id, or undefined for chains of another namespace. */
export function eip155ChainId(caip2: Caip2): number | undefined {
  const match = /^eip155:([1-9]\d{0,15})$/.exec(caip2);
  return match ? Number(match[1]) : undefined;
}
