/** `node --expose-gc sampleMemoryMain.ts`: says how many bytes a sample takes. */
import { ms } from '../../../router/core/units.ts';
import type { NetworkKey, Service, ServiceKey } from '../../../router/registry/providerSet.ts';
import { createSampleBook } from '../../../router/watcher/sampleBook.ts';

const SERVICES = 1_500;
/** Each half minute for an hour and a half. */
const SAMPLES = 180;
const EPOCH = 7;
const INTERVAL_MS = 30_000;
const LATENCY_MS = 71.3;

const NETWORK = `0x${'11'.repeat(32)}` as NetworkKey;
const services = Array.from({ length: SERVICES }, (_, index): Service => {
  const provider = `0x${index.toString(16).padStart(40, '0')}` as const;
  return {
    ...{ key: `${provider}/${NETWORK}` as ServiceKey, id: index + 1, provider, network: NETWORK },
    ...{ url: `https://rpc-${index}.nodes-example.org`, capabilities: 1, status: 'live', minStake: 1n },
  };
});

const book = createSampleBook();
const before = held();
for (let sample = 0; sample < SAMPLES; sample++) {
  for (const [index, service] of services.entries()) {
    const startedAt = sample * INTERVAL_MS + index + 0.1;
    const latencyMs = LATENCY_MS + (index % 50);
    book.add(EPOCH, service, {
      ...{ startedAt: ms(startedAt), endedAt: ms(startedAt + latencyMs), ok: true, latencyMs: ms(latencyMs) },
      // As in the mix: every third question asks for the head.
      ...{ head: index % 3 === 0 ? 21_000_000 + sample : undefined, mismatch: false },
    });
  }
}
console.log((held() - before) / (SERVICES * SAMPLES));
// Held until here.
book.take(EPOCH);

function held(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
