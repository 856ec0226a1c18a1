import type { Branded } from './units.ts';

/**
 * JSON text as it came over the wire, each byte one latin1 character: slices of a body pass through unchanged,
 * whatever numbers, key order or UTF-8 they hold, and are written back with `Buffer.from(raw, 'latin1')`.
 */
export type RawJson = Branded<string, 'RawJson'>;
