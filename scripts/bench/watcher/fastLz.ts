/**
 * How long bytes are once FastLZ has compressed them: by that, rollups of the OP Stack (since Fjord) reckon a
 * transaction's share of a blob. Follows `FlzCompressLen` of op-geth step by step, so that it gives the same numbers.
 */
export function fastLzLength(bytes: Uint8Array): number {
  const table = new Uint32Array(TABLE_SIZE);
  const limit = bytes.length < TAIL ? 0 : bytes.length - TAIL;
  let length = 0;
  let anchor = 0;

  const byte = (at: number) => bytes[at] ?? 0;
  const word = (at: number) => byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16);
  const remember = (at: number) => {
    table[hash(word(at))] = at;
    return at + 1;
  };
  const literals = (run: number) => {
    const rest = run % MAX_RUN;
    length += (MAX_RUN + 1) * Math.floor(run / MAX_RUN) + (rest === 0 ? 0 : rest + 1);
  };
  const match = (run: number) => {
    length += 3 * Math.floor((run - 1) / MAX_MATCH) + ((run - 1) % MAX_MATCH >= 6 ? 3 : 2);
  };

  for (let at = 2; at < limit; ) {
    let found = 0;
    for (;;) {
      const sequence = word(at);
      const slot = hash(sequence);
      found = table[slot] ?? 0;
      table[slot] = at;
      const distance = at - found;
      if (at >= limit) break;
      at += 1;
      if (distance <= MAX_DISTANCE && sequence === word(found)) break;
    }
    if (at >= limit) break;
    at -= 1;
    if (at > anchor) literals(at - anchor);
    const end = limit + TAIL - 4;
    let run = 0;
    while (at + 3 + run < end && byte(found + 3 + run) === byte(at + 3 + run)) run += 1;
    // The original counts the first difference, too.
    if (at + 3 + run < end) run += 1;
    match(run);
    at = remember(remember(at + run));
    anchor = at;
  }
  literals(bytes.length - anchor);
  return length;
}

const TABLE_SIZE = 8_192;
const TAIL = 13;
const MAX_RUN = 0x20;
const MAX_MATCH = 262;
const MAX_DISTANCE = 0x1fff;

function hash(word: number): number {
  return (Math.imul(2_654_435_769, word) >>> 19) & 0x1fff;
}
