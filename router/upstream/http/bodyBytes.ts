/** The bytes of one body, gathered from the pieces it comes in. */
export interface BodyBytes {
  /** @param expected How many bytes come in all, when that is known. */
  start(expected: number | undefined): void;
  /** @returns false when there are more than allowed. */
  add(piece: Buffer): boolean;
  length(): number;
  /** What was gathered; it may be a view on the piece that was added: read it before the next one comes. */
  take(): Buffer;
}

const NOTHING: Buffer = Buffer.alloc(0);
// Small enough for Node's own pool of memory.
const FIRST_BYTES = 1_024;

/** Keeps one buffer and not a list of pieces: a body in a million pieces must not cost a million objects. */
export function createBodyBytes(maxBytes: number): BodyBytes {
  let bytes = NOTHING;
  let length = 0;
  let limit = maxBytes;

  function grow(needed: number) {
    const grown = Buffer.allocUnsafe(Math.min(limit, Math.max(needed, 2 * bytes.length, FIRST_BYTES)));
    bytes.copy(grown, 0, 0, length);
    bytes = grown;
  }

  return {
    start(expected) {
      bytes = NOTHING;
      length = 0;
      limit = Math.min(expected ?? maxBytes, maxBytes);
    },
    add(piece) {
      const total = length + piece.length;
      if (total > limit) return false;
      if (length === 0 && total === limit) {
        // The whole body came at once, the usual case: nothing to copy.
        bytes = piece;
      } else {
        if (total > bytes.length) grow(total);
        piece.copy(bytes, length);
      }
      length = total;
      return true;
    },
    length: () => length,
    take() {
      const taken = bytes.subarray(0, length);
      bytes = NOTHING;
      length = 0;
      return taken;
    },
  };
}
