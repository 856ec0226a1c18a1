import type { Caip2 } from '../../../router/core/caip2.ts';
import { CAPABILITY_BITS } from '../../../router/core/capability.ts';
import { systemClock } from '../../../router/core/clock.ts';
import type { ClientCall } from '../../../router/core/jsonRpc.ts';
import { encodeJson } from '../../../router/core/rawJson.ts';
import { ms, seconds } from '../../../router/core/units.ts';
import { createNetworkRouter, type NetworkRouter } from '../../../router/gateway/networkRouter.ts';
import { DEFAULT_ROUTING } from '../../../router/routing/settings.ts';
import type { UpstreamClient } from '../../../router/upstream/outcome.ts';
import { medianOf } from '../median.ts';

export interface ChoosingCost {
  readonly services: number;
  readonly medianMicroseconds: number;
  /** To the fewest services. */
  readonly ratio: number;
}

const WARM_UP_ROUNDS = 5;
const ROUNDS = 15;
const CALLS = 10_000;
const DEADLINE_MS = seconds(10);
const CALL: ClientCall = {
  id: encodeJson(1),
  method: 'eth_getBalance',
  params: encodeJson([`0x${'11'.repeat(20)}`, 'latest']),
};
const ANSWER = { ok: true, result: encodeJson('0x1'), latencyMs: ms(1) } as const;
const IMMEDIATE: UpstreamClient = {
  start(_target, _call, _timeoutMs, done) {
    queueMicrotask(() => done(ANSWER));
    return () => undefined;
  },
  call: () => Promise.resolve(ANSWER),
  close: () => Promise.resolve(),
};

/** What routing one call costs, by the number of services. The nodes answer at once. Sizes take turns. */
export async function measureChoosing(sizes: readonly number[]): Promise<ChoosingCost[]> {
  const routers = sizes.map((size) => ({ router: routerOf(size), spans: [] as number[] }));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const { router, spans } of routers) {
      const span = await timeCalls(router);
      if (round >= WARM_UP_ROUNDS) spans.push(span);
    }
  }
  const medians = routers.map(({ spans }) => (medianOf(spans) / CALLS) * 1_000);
  return sizes.map((services, index) => {
    const medianMicroseconds = medians[index] ?? Number.NaN;
    return { services, medianMicroseconds, ratio: medianMicroseconds / (medians[0] ?? Number.NaN) };
  });
}

async function timeCalls(router: NetworkRouter): Promise<number> {
  const begun = performance.now();
  for (let count = 0; count < CALLS; count++) await router.forward(CALL, { deadlineMs: DEADLINE_MS });
  return performance.now() - begun;
}

function routerOf(size: number): NetworkRouter {
  const router = createNetworkRouter({
    caip2: 'eip155:1' as Caip2,
    slug: 'ethereum',
    upstream: IMMEDIATE,
    clock: systemClock,
    random: Math.random,
    settings: DEFAULT_ROUTING,
  });
  const keys = Array.from({ length: size }, (_, index) => `service-${index}`);
  router.setServices(
    keys.map((key) => ({
      ...{ key, label: key, tier: 'network', capabilities: CAPABILITY_BITS.full, weight: 1 },
      target: { url: `https://${key}.example.org/`, allowPrivate: false },
    })),
  );
  for (const key of keys) router.reportHead(key, { ok: true, number: 1, chainIdOk: true });
  return router;
}
