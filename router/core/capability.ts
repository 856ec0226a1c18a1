/** A group of methods that a service can answer; the bit is its place in the on-chain bitmap. */
export const CAPABILITY_BITS = {
  full: 1,
  archive: 2,
  trace: 4,
  debug: 8,
  txpool: 16,
  websocket: 32,
  proof: 64,
} as const;

export type Capability = keyof typeof CAPABILITY_BITS;

const NAMES = Object.keys(CAPABILITY_BITS) as Capability[];

/** Bitmap of all capabilities that this version knows. */
export const KNOWN_CAPABILITIES = capabilityBits(NAMES);

/** Bitmap of names. */
export function capabilityBits(names: readonly Capability[]): number {
  return names.reduce((bits, name) => bits | CAPABILITY_BITS[name], 0);
}

/** Names of a bitmap; bits that this version does not know are left out. */
export function capabilityNames(bits: number): Capability[] {
  return NAMES.filter((name) => (bits & CAPABILITY_BITS[name]) !== 0);
}

export function isCapability(text: string): text is Capability {
  return Object.hasOwn(CAPABILITY_BITS, text);
}
