import type { EventFeed } from '../../router/indexer/eventFeed.ts';

export interface CountingFeed extends EventFeed {
  /** Events of all steps so far. */
  events(): number;
}

export function countingFeed(feed: EventFeed): CountingFeed {
  let count = 0;
  return {
    ...feed,
    async open(registry, signal) {
      const deployment = await feed.open(registry, signal);
      return {
        ...deployment,
        advance: ({ onStep, ...args }) =>
          deployment.advance({
            ...args,
            onStep(step) {
              count += step.events;
              onStep(step);
            },
          }),
      };
    },
    events: () => count,
  };
}
