import type { Ms } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import { type AbilityView, abilityView } from '../routing/abilityView.ts';
import type { Breaker } from '../routing/breaker.ts';
import type { IneligibleReason } from '../routing/eligibility.ts';
import type { ServiceState } from './forwardRun.ts';

/** A service as pages show it. */
export interface ServiceView {
  readonly key: string;
  readonly label: string;
  readonly tier: 'own' | 'network';
  readonly provider: Address | undefined;
  readonly state: 'eligible' | 'ineligible';
  readonly reason: IneligibleReason | undefined;
  /** The reason in words, none of them a stranger's. */
  readonly because: string | undefined;
  readonly head: number | undefined;
  /** Peak-sensitive moving average; undefined before the first answer. */
  readonly latencyMs: number | undefined;
  readonly breaker: Breaker['kind'];
  readonly inFlight: number;
  readonly calls: number;
  readonly failures: number;
  readonly abilities: AbilityView;
}

export function viewOf(
  { service, health }: ServiceState,
  reason: IneligibleReason | undefined,
  because: string | undefined,
  now: Ms,
): ServiceView {
  return {
    key: service.key,
    label: service.label,
    tier: service.tier,
    provider: service.provider,
    state: reason === undefined ? 'eligible' : 'ineligible',
    reason,
    because,
    head: health.head?.number,
    latencyMs: health.latency?.ewmaMs,
    breaker: health.breaker.kind,
    inFlight: health.inFlight,
    calls: health.calls,
    failures: health.failures,
    abilities: abilityView(service.capabilities, health.abilities, now),
  };
}
