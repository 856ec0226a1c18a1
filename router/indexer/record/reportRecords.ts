import { MEASUREMENT_BYTES, measurementAt } from '../../chain/commitment.ts';
import type { EpochReport } from '../../registry/networkRecord.ts';

/**
 * What one report says, by number, ascending. Kept as bytes: objects would take ten times the memory.
 * @param chunks of whole records, in the order in which they were revealed: of several
 * about one service the first counts
 */
export function reportRecords(chunks: readonly Buffer[]): EpochReport['records'] {
  const bytes = inOrder(Buffer.concat(chunks));
  const count = bytes.length / MEASUREMENT_BYTES;
  return {
    all: {
      *[Symbol.iterator]() {
        for (let index = 0; index < count; index += 1) yield measurementAt(bytes, index);
      },
    },
    of(serviceId) {
      let low = 0;
      let high = count;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (idAt(bytes, middle) < serviceId) low = middle + 1;
        else high = middle;
      }
      return low < count && idAt(bytes, low) === serviceId ? measurementAt(bytes, low) : undefined;
    },
  };
}

function idAt(bytes: Buffer, index: number): number {
  return bytes.readUInt32BE(index * MEASUREMENT_BYTES);
}

/** As honest watchers write them anyway. */
function inOrder(bytes: Buffer): Buffer {
  const count = bytes.length / MEASUREMENT_BYTES;
  let isInOrder = true;
  for (let index = 1; index < count && isInOrder; index += 1)
    isInOrder = idAt(bytes, index - 1) < idAt(bytes, index);
  if (isInOrder) return bytes;
  const places = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const id = idAt(bytes, index);
    if (!places.has(id)) places.set(id, index);
  }
  const ids = Uint32Array.from(places.keys()).sort();
  const recordOf = (id: number) => {
    const at = (places.get(id) ?? 0) * MEASUREMENT_BYTES;
    return bytes.subarray(at, at + MEASUREMENT_BYTES);
  };
  return Buffer.concat(Array.from(ids, recordOf));
}
