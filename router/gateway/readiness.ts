import type { SourceStatus } from '../registry/providerSource.ts';

export interface Readiness {
  readonly ready: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  /** How fresh the provider set is; null when there is no settlement chain. */
  readonly set: { readonly state: SourceStatus['state']; readonly ageMs: number } | null;
}

/** Whether a load balancer should send users here. A set that grew old still serves: it is not a reason. */
export function readiness(state: {
  readonly draining: boolean;
  /** Undefined when there is no settlement chain. */
  readonly settlement: { readonly loaded: boolean; readonly status: SourceStatus } | undefined;
  readonly hasEligible: boolean;
}): Readiness {
  const { settlement } = state;
  const reasons: string[] = [];
  if (state.draining) reasons.push('draining');
  if (settlement && !settlement.loaded) reasons.push('provider set not loaded');
  if (!state.hasEligible) reasons.push('no eligible service');
  const set = settlement
    ? { state: settlement.status.state, ageMs: Math.round(settlement.status.ageMs) }
    : null;
  return { ready: reasons.length === 0, reasons, set };
}
