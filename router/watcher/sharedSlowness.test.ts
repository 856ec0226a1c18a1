import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ms } from '../core/units.ts';
import type { NetworkKey, Service, ServiceKey, Sla } from '../registry/providerSet.ts';
import { accuse } from './accuse.ts';
import { epochReport, type SampledService } from './epochReport.ts';
import { withoutSharedSlowness } from './sharedSlowness.ts';

const NETWORK = `0x${'11'.repeat(32)}` as NetworkKey;
const sla: Sla = {
  ...{ minAvailabilityBps: 9_000, maxP95LatencyMs: 500, maxP95BlockLag: 10 },
  ...{ maxMismatches: 0, minSamples: 3 },
};
const slas = new Map([[NETWORK, sla]]);

function service(id: number): Service {
  const provider = `0x${id.toString(16).padStart(40, '0')}` as const;
  return {
    ...{ key: `${provider}/${NETWORK}` as ServiceKey, id, provider, network: NETWORK },
    ...{ url: `https://node${id}.example`, capabilities: 1, status: 'live', minStake: 1n },
  };
}

/** Calls by when they began and how long they took. */
function sampled(id: number, calls: readonly (readonly [number, number])[]): SampledService {
  return {
    service: service(id),
    samples: calls.map(([startedAt, took]) => ({
      ...{ startedAt: ms(startedAt), endedAt: ms(startedAt + took), ok: true, latencyMs: ms(took) },
      ...{ head: undefined, mismatch: false },
    })),
  };
}

function latencies(services: readonly SampledService[]): (number | undefined)[][] {
  return withoutSharedSlowness(services, slas).map(({ samples }) =>
    samples.map(({ latencyMs }) => latencyMs),
  );
}

test('two operators that were slow at the same time are not slow, and their quick answers stay', () => {
  const calls = [
    sampled(1, [
      [0, 900],
      [5_000, 20],
    ]),
    sampled(2, [[800, 700]]),
  ];
  expect(latencies(calls)).toEqual([[undefined, 20], [undefined]]);
});

test('an operator that is slow while another answers in time is slow, whoever else is', () => {
  const others = [sampled(2, [[100, 800]]), sampled(3, [[420, 30]])];
  expect(latencies([sampled(1, [[0, 900]]), ...others])).toEqual([[900], [800], [30]]);
});

test.each([
  ['an answer that came before it can have been the line', 3, [10, 50]],
  ['an answer that came with the slow ones', 3, [500, 390]],
  ['an answer of the same operator', 1, [420, 30]],
] as const)('%s shows nothing', (_, id, call) => {
  const calls = [sampled(1, [[0, 900]]), sampled(2, [[0, 910]]), sampled(id, [call])];
  expect(latencies(calls)[0]).toEqual([undefined]);
});

test.each([
  ['one after the other', 2, 901],
  ['both of one operator', 1, 100],
] as const)('two slow answers, %s, stay slow', (_, id, at) => {
  expect(latencies([sampled(1, [[0, 900]]), sampled(id, [[at, 900]])])).toEqual([[900], [900]]);
});

test('a line that stalls for a while makes nobody slow, whenever it does', () => {
  const INTERVAL = 300;
  const ASKED = 30;
  const arbitrary = fc.record({
    phases: fc.array(fc.nat(INTERVAL), { minLength: 2, maxLength: 6 }),
    stallFrom: fc.nat(INTERVAL * ASKED),
    stall: fc.nat(3_000),
    latency: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ phases, stallFrom, stall, latency }) => {
      const ended = (at: number) =>
        at + latency >= stallFrom && at < stallFrom + stall ? stallFrom + stall + latency : at + latency;
      const services = phases.map((phase, index) =>
        sampled(
          index + 1,
          Array.from({ length: ASKED }, (_, ask) => phase + ask * INTERVAL).map(
            (at) => [at, ended(at) - at] as const,
          ),
        ),
      );
      expect(accuse(epochReport(withoutSharedSlowness(services, slas), ms(2_000)), slas)).toEqual([]);
    }),
  );
});
