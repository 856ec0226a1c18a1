import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capability } from '../core/capability.ts';
import type { Ms } from '../core/units.ts';
import type { Address, NetworkKey, Service, ServiceKey } from '../registry/providerSet.ts';
import type { SampledService } from './epochReport.ts';
import type { Sample } from './sample.ts';
import { witnessed } from './witness.ts';

const sample = (at: number, ok: boolean, tested?: Capability): Sample => ({
  startedAt: at as Ms,
  endedAt: (at + 10) as Ms,
  ok,
  latencyMs: 10 as Ms,
  head: undefined,
  mismatch: false,
  ...(tested && { tested }),
});
const WINDOW = 100 as Ms;

function sampled(operator: string, samples: readonly Sample[], network = 'n'): SampledService {
  const service = {
    key: `${operator}/${network}` as ServiceKey,
    provider: operator as Address,
    network: network as NetworkKey,
  } as Service;
  return { service, samples };
}

const failuresOf = (kept: readonly SampledService[], operator: string) =>
  kept
    .filter(({ service }) => service.provider === operator)
    .flatMap(({ samples }) => samples.filter(({ ok }) => !ok))
    .map(({ startedAt }) => startedAt);

test('when every service fails at once nothing is said about any', () => {
  const dark = [sampled('a', [sample(0, false), sample(100, false)]), sampled('b', [sample(20, false)])];
  expect(witnessed(dark, WINDOW)).toEqual([]);
});

test('a failure counts when others answered meanwhile, or both before and after it', () => {
  const kept = witnessed(
    [
      sampled('dead', [
        sample(1_000, false),
        sample(3_000, false),
        sample(5_000, false),
        sample(7_000, false),
      ]),
      sampled('b', [sample(995, true), sample(2_950, true), sample(6_950, true)]),
      sampled('c', [sample(5_050, true), sample(7_090, true)]),
    ],
    WINDOW,
  );
  // At 3,000 nobody answered afterwards, at 5,000 nobody before: the line may have died or come back in between.
  expect(failuresOf(kept, 'dead')).toEqual([1_000, 7_000]);
});

test('an operator is no witness against itself, nor one of another network', () => {
  const around = [sample(0, true), sample(50, true), sample(100, true)];
  const services = [
    sampled('alone', [sample(50, false), ...around]),
    sampled('alone', around, 'other'),
    sampled('elsewhere', around, 'other'),
  ];
  expect(failuresOf(witnessed(services, WINDOW), 'alone')).toEqual([]);
});

test('while all services of one network fail and those of others answer, nobody is blamed', () => {
  const down = [0, 50, 100].map((at) => sample(at, false));
  const up = [0, 50, 100].map((at) => sample(at, true));
  const kept = witnessed(
    [sampled('a', down), sampled('b', down), sampled('c', up, 'other'), sampled('d', up, 'other')],
    WINDOW,
  );
  expect(kept.map(({ service }) => service.provider)).toEqual(['c', 'd']);
});

test('a while in which the watcher’s own network was gone is cut out of every service', () => {
  const alternate = (from: number) =>
    Array.from({ length: 40 }, (_, index) => {
      const at = from + index * 50;
      return sample(at, at < 800 || at > 1_200);
    });
  const kept = witnessed([sampled('a', alternate(0)), sampled('b', alternate(25))], WINDOW);
  expect(failuresOf(kept, 'a')).toEqual([]);
  expect(failuresOf(kept, 'b')).toEqual([]);
});

test('a failed test of a capability counts once another operator has passed the like', () => {
  const line = [0, 50, 100].map((at) => sample(at, true));
  const claims = (...more: Sample[]) => [
    sampled('lacks', [...line, sample(50, false, 'trace')]),
    sampled('has', [...line, ...more]),
  ];
  expect(failuresOf(witnessed(claims(), WINDOW), 'lacks')).toEqual([]);
  expect(failuresOf(witnessed(claims(sample(9_000, true, 'archive')), WINDOW), 'lacks')).toEqual([]);
  expect(failuresOf(witnessed(claims(sample(9_000, true, 'trace')), WINDOW), 'lacks')).toEqual([50]);
});

test('answers are always kept, and failures only with a witness of the same network', () => {
  const list = fc.array(fc.record({ at: fc.nat(2_000), ok: fc.boolean() }), { maxLength: 20 });
  const service = fc.record({ list, network: fc.constantFrom('n', 'm') });
  fc.assert(
    fc.property(fc.array(service, { maxLength: 6 }), (services) => {
      const all = services.map(({ list: some, network }, index) =>
        sampled(
          `${index}`,
          some.map(({ at, ok }) => sample(at, ok)),
          network,
        ),
      );
      const kept = new Map(witnessed(all, WINDOW).map((one) => [one.service.key, one.samples]));
      for (const { service: own, samples } of all) {
        const answers = all
          .filter((one) => one.service.network === own.network && one.service !== own)
          .flatMap((one) => one.samples.filter(({ ok }) => ok).map(({ endedAt }) => endedAt));
        const within = (from: number, to: number) => answers.some((at) => at >= from && at <= to);
        const expected = samples.filter(
          ({ ok, startedAt, endedAt }) =>
            ok ||
            within(startedAt, endedAt) ||
            (within(startedAt - WINDOW, startedAt) && within(endedAt, endedAt + WINDOW)),
        );
        expect(kept.get(own.key) ?? []).toEqual(expected);
      }
    }),
  );
});
