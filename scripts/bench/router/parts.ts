import { PEER_NAMES } from './peers.ts';

/** Measured one after the other, in this order. */
export const PARTS = ['direct', ...PEER_NAMES, 'choosing', 'memory', 'growth'] as const;
export type Part = (typeof PARTS)[number];
/** Some minutes each; measured when asked for. */
export const LONG_PARTS: readonly Part[] = ['memory', 'growth'];
