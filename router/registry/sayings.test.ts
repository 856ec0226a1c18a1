import { describe, expect, test } from 'vitest';
import type { AttestedOffence, Figures } from './breaches.ts';
import type { EpochReport } from './networkRecord.ts';
import { type NetworkKey, serviceKey } from './providerSet.ts';
import { sayingsOf } from './sayings.ts';

const SLA = {
  minAvailabilityBps: 9_000,
  maxP95LatencyMs: 2_000,
  maxP95BlockLag: 10,
  maxMismatches: 0,
  minSamples: 3,
};
const SERVICE = { id: 1, key: serviceKey('0x01', '0x1' as NetworkKey) };
const figures = (of: Partial<Figures> = {}): Figures => ({
  ...{ samples: 20, successes: 20, p95LatencyMs: 100, p95BlockLag: 0, mismatches: 0, ...of },
});
const outage = figures({ successes: 0, p95LatencyMs: 0 });
const well = figures();

interface Words {
  readonly figures?: Figures;
  readonly attested?: readonly AttestedOffence[];
}

/** Of watchers of the same weight. */
function sayings(words: readonly Words[], totalWeight = 3) {
  const reports = words.map(
    ({ figures: of, attested }, who): EpochReport => ({
      ...{ watcher: `0x${String(who).padStart(40, 'a')}`, weight: 1 },
      records: { all: [], of: (serviceId) => (serviceId === SERVICE.id ? of : undefined) },
      attested: new Map(attested && [[SERVICE.key, attested]]),
    }),
  );
  return sayingsOf({ reports, totalWeight }, SERVICE, SLA);
}
const dissent = (words: readonly Words[], totalWeight?: number) =>
  sayings(words, totalWeight).map(({ dissents }) => dissents);

describe('sayingsOf', () => {
  test('shows who alleges what nobody else saw, and who misses what a quorum did', () => {
    const [up, down] = [{ figures: well }, { figures: outage }];
    expect(dissent([up, down, up])).toEqual([false, true, false]);
    expect(dissent([down, down, up])).toEqual([false, false, true]);
    expect(dissent([down, up])).toEqual([true, false]);
    expect(sayings([down, down, up])[0]?.breaches).toEqual(['outage']);
  });

  test('leaves out who said nothing of the service', () => {
    expect(sayings([{}, { figures: well }])).toMatchObject([
      { figures: { successes: 20 }, breaches: [], dissents: false },
    ]);
  });

  test('absurd figures dissent', () => {
    expect(dissent([{ figures: figures({ successes: 30 }) }])).toEqual([true]);
  });

  test('who attests a breach that its own figures do not show, or without any figures, alleges it all the same', () => {
    const up = { figures: well };
    expect(dissent([up, { ...up, attested: ['latency'] }, up])).toEqual([false, true, false]);
    expect(dissent([up, { attested: ['latency'] }, up])).toEqual([false, true, false]);
    expect(sayings([up, { attested: ['stale'] }])[1]).toMatchObject({
      figures: undefined,
      breaches: ['stale'],
    });
    // Two of three are the network's word, and no figures of theirs hide it.
    const twoFaced: Words = { ...up, attested: ['outage'] };
    expect(dissent([twoFaced, up, twoFaced])).toEqual([false, true, false]);
    expect(sayings([twoFaced])[0]?.breaches).toEqual(['outage']);
    expect(sayings([{ figures: outage, attested: ['outage'] }])[0]?.breaches).toEqual(['outage']);
  });
});
