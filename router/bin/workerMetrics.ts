import { Counter, Gauge, type Registry } from 'prom-client';

export interface WorkerMetrics {
  died(reason: 'died' | 'hung'): void;
}

/** @param count of those that serve */
export function createWorkerMetrics(registry: Registry, count: () => number): WorkerMetrics {
  registry.registerMetric(
    new Gauge({
      name: 'din_workers',
      help: 'Worker processes that serve',
      registers: [],
      collect() {
        this.set(count());
      },
    }),
  );
  const deaths = new Counter({
    name: 'din_worker_deaths_total',
    help: 'Worker processes that ended, or hung and were ended',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of ['died', 'hung']) deaths.inc({ reason }, 0);
  return { died: (reason) => deaths.inc({ reason }) };
}
