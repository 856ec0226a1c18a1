import { CAPABILITY_BITS, capabilityNames } from '../core/capability.ts';
import { type Ms, ms } from '../core/units.ts';
import type { Sample } from './sample.ts';

/** The samples of one service in one epoch: packed, as a long epoch of many services has millions. */
export interface SamplePage {
  add(sample: Sample): void;
  /** Takes back what failed from then on. */
  forgive(since: Ms): void;
  samples(): Sample[];
}

/** Of numbers, each sample has so many. */
const NUMBERS = 4;
const NONE = Number.NaN;

const OK = 1;
const MISMATCH = 2;
/** Above them the bit of the capability that was tested. */
const TESTED_SHIFT = 2;

const FIRST_SIZE = 16;
const GROWTH = 1.5;

export function createSamplePage(): SamplePage {
  let numbers = new Float64Array(FIRST_SIZE * NUMBERS);
  let flags = new Uint16Array(FIRST_SIZE);
  let size = 0;

  function grow(): void {
    const room = Math.ceil(size * GROWTH);
    const [oldNumbers, oldFlags] = [numbers, flags];
    numbers = new Float64Array(room * NUMBERS);
    flags = new Uint16Array(room);
    numbers.set(oldNumbers);
    flags.set(oldFlags);
  }

  function add(sample: Sample): void {
    const { startedAt, endedAt, ok, latencyMs, head, mismatch, tested } = sample;
    if (size === flags.length) grow();
    numbers.set([startedAt, endedAt, latencyMs ?? NONE, head ?? NONE], size * NUMBERS);
    const bit = tested === undefined ? 0 : CAPABILITY_BITS[tested];
    flags[size] = (ok ? OK : 0) | (mismatch ? MISMATCH : 0) | (bit << TESTED_SHIFT);
    size += 1;
  }

  function samples(): Sample[] {
    return Array.from({ length: size }, (_, index) => {
      const [startedAt = 0, endedAt = 0, latencyMs = NONE, head = NONE] = numbers.subarray(index * NUMBERS);
      const flag = flags[index] ?? 0;
      const bit = flag >> TESTED_SHIFT;
      const [tested] = bit === 0 ? [] : capabilityNames(bit);
      return {
        startedAt: ms(startedAt),
        endedAt: ms(endedAt),
        ok: (flag & OK) !== 0,
        latencyMs: Number.isNaN(latencyMs) ? undefined : ms(latencyMs),
        head: Number.isNaN(head) ? undefined : head,
        mismatch: (flag & MISMATCH) !== 0,
        ...(tested && { tested }),
      };
    });
  }

  return {
    add,
    samples,
    forgive(since) {
      const kept = samples().filter(({ ok, endedAt }) => ok || endedAt < since);
      size = 0;
      for (const sample of kept) add(sample);
    },
  };
}
