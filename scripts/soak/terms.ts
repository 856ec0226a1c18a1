import type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
import type { Sla } from '../../router/registry/providerSet.ts';

/** The deployment's windows, in the chain's seconds; those of a network are hours and days. */
export const EPOCH_SECONDS = 8;
export const COMMIT_SECONDS = 4;
export const REVEAL_SECONDS = 4;
export const VETO_SECONDS = 2;
/** Ample: no case may expire because this machine was slow. */
export const EVIDENCE_SECONDS = 80;
/** Short, so that the next fault is measured again. */
const JAIL_SECONDS = 2;
/** A few epochs. */
export const REPEAT_SECONDS = 40;

/** The design's shares, a tenth of them: forty epochs of faults leave everybody enough stake. */
export const PENALTIES: DeployParameters['penalties'] = [
  { firstBps: 1, repeatBps: 5, jailSeconds: JAIL_SECONDS },
  { firstBps: 1, repeatBps: 3, jailSeconds: JAIL_SECONDS },
  { firstBps: 1, repeatBps: 5, jailSeconds: JAIL_SECONDS },
  { firstBps: 10, repeatBps: 50, jailSeconds: JAIL_SECONDS },
  { firstBps: 20, repeatBps: 100, jailSeconds: JAIL_SECONDS },
  { firstBps: 5_000, repeatBps: 5_000, jailSeconds: 0xffff_ffff },
];

/** With so much room that neither a busy machine nor chance turns what is well into a breach, or the reverse. */
export const SLA: Sla = {
  minAvailabilityBps: 8_000,
  maxP95LatencyMs: 1_500,
  maxP95BlockLag: 12,
  maxMismatches: 0,
  minSamples: 5,
};

/** Mean; some 26 samples of each service an epoch. */
export const PROBE_INTERVAL_MS = 300;

/** Of the network that is served, a second of the settlement chain. */
export const BLOCKS_A_SECOND = 4;
export const TRANSACTIONS_A_SECOND = 3;
