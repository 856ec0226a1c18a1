import type { Sla } from './providerSet.ts';

/** What watchers say of one service in one epoch: whole numbers of at most 16 bits. */
export interface Figures {
  readonly samples: number;
  readonly successes: number;
  /** 0 where too few answers came. */
  readonly p95LatencyMs: number;
  readonly p95BlockLag: number;
  readonly mismatches: number;
}

/** What a watcher may allege: all but equivocation, which is proven, not attested. */
const ATTESTED = ['outage', 'downtime', 'latency', 'stale', 'invalidData'] as const;
export type AttestedOffence = (typeof ATTESTED)[number];

/**
 * The hub's own rule: whether figures show an offence. What never answered is an outage and not also a downtime: one
 * penalty. Stricter than the hub in one point: no sample shows nothing, even where the SLA asks for none.
 */
export function isBreach(offence: AttestedOffence, figures: Figures, sla: Sla): boolean {
  const { samples, successes, p95LatencyMs, p95BlockLag, mismatches } = figures;
  if (samples === 0 || samples < sla.minSamples || successes > samples) return false;
  switch (offence) {
    case 'outage':
      return successes === 0;
    case 'downtime':
      return successes > 0 && successes * 10_000 < samples * sla.minAvailabilityBps;
    case 'latency':
      return p95LatencyMs > sla.maxP95LatencyMs;
    case 'stale':
      return p95BlockLag > sla.maxP95BlockLag;
    case 'invalidData':
      return mismatches > sla.maxMismatches;
  }
}

/** All offences that the figures show. */
export function breachesOf(figures: Figures, sla: Sla): AttestedOffence[] {
  return ATTESTED.filter((offence) => isBreach(offence, figures, sla));
}
