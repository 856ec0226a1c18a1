import type { Random } from '../core/clock.ts';
import { placeInReservoir } from '../core/reservoir.ts';
import type { Ms } from '../core/units.ts';
import type { ServiceKey } from '../registry/providerSet.ts';
import type { Sample } from './sample.ts';

/** What users' calls showed in the epochs that are not yet reported: of each service some, at random. */
export interface CallBook {
  add(epoch: number, key: ServiceKey, sample: Sample): void;
  /** Takes back what failed from then on: the service has said that it would. */
  forgive(key: ServiceKey, since: Ms): void;
  /** Hands an epoch's samples over and forgets them, and all of the epochs before. */
  take(epoch: number): ReadonlyMap<ServiceKey, readonly Sample[]>;
}

/** As many as an epoch of two hours has probes: more than those do not count anyway. */
export const MAX_CALL_SAMPLES = 256;

interface Page {
  samples: Sample[];
  seen: number;
}

export function createCallBook(random: Random): CallBook {
  const epochs = new Map<number, Map<ServiceKey, Page>>();
  let takenUpTo = -1;
  return {
    add(epoch, key, sample) {
      if (epoch <= takenUpTo) return;
      const pages = epochs.get(epoch) ?? new Map<ServiceKey, Page>();
      epochs.set(epoch, pages);
      const page = pages.get(key) ?? { samples: [], seen: 0 };
      pages.set(key, page);
      const place = placeInReservoir(page.seen, MAX_CALL_SAMPLES, random);
      page.seen += 1;
      if (place !== undefined) page.samples[place] = sample;
    },
    forgive(key, since) {
      for (const pages of epochs.values()) {
        const page = pages.get(key);
        if (page === undefined) continue;
        page.samples = page.samples.filter(({ ok, endedAt }) => ok || endedAt < since);
        // As if no more had come: there is room again.
        page.seen = page.samples.length;
      }
    },
    take(epoch) {
      const pages = epochs.get(epoch) ?? new Map<ServiceKey, Page>();
      takenUpTo = Math.max(takenUpTo, epoch);
      for (const past of epochs.keys()) if (past <= takenUpTo) epochs.delete(past);
      return new Map(Array.from(pages, ([key, { samples }]) => [key, samples]));
    },
  };
}
