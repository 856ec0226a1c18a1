import type { Ms } from '../core/units.ts';
import type { Service, ServiceKey } from '../registry/providerSet.ts';
import type { SampledService } from './epochReport.ts';
import type { Sample } from './sample.ts';
import { createSamplePage, type SamplePage } from './samplePage.ts';

/** The samples of the epochs that are not yet reported. In memory: a restart loses them, and only them. */
export interface SampleBook {
  add(epoch: number, service: Service, sample: Sample): void;
  /** Takes back what failed from then on: the service has said that it would. */
  forgive(key: ServiceKey, since: Ms): void;
  /** Hands an epoch's samples over and forgets them, and all of the epochs before. */
  take(epoch: number): SampledService[];
}

interface Page {
  service: Service;
  readonly samples: SamplePage;
}

export function createSampleBook(): SampleBook {
  const epochs = new Map<number, Map<ServiceKey, Page>>();
  // What comes in late belongs to a report that is written already.
  let takenUpTo = -1;
  return {
    add(epoch, service, sample) {
      if (epoch <= takenUpTo) return;
      const pages = epochs.get(epoch) ?? new Map<ServiceKey, Page>();
      epochs.set(epoch, pages);
      const page = pages.get(service.key) ?? { service, samples: createSamplePage() };
      pages.set(service.key, page);
      page.service = service;
      page.samples.add(sample);
    },
    forgive(key, since) {
      for (const pages of epochs.values()) pages.get(key)?.samples.forgive(since);
    },
    take(epoch) {
      const pages = epochs.get(epoch);
      takenUpTo = Math.max(takenUpTo, epoch);
      for (const past of epochs.keys()) if (past <= takenUpTo) epochs.delete(past);
      return Array.from(pages?.values() ?? [], ({ service, samples }) => ({
        service,
        // Unpacked when they are looked at: never all at once.
        get samples() {
          return samples.samples();
        },
      }));
    },
  };
}
