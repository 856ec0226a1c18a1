import { type Capability, capabilityNames } from '../core/capability.ts';
import type { Ms } from '../core/units.ts';
import { type Abilities, lackNames, logLimit } from './abilities.ts';

/** What is known of a service's abilities, for pages. */
export interface AbilityView {
  readonly declared: readonly Capability[];
  /** By its answers, beyond what it declares. */
  readonly shown: readonly Capability[];
  /** Found to be missing, and not yet tried again. */
  readonly lacks: readonly Capability[];
  /** Single methods that it does not offer though others do. */
  readonly refusedMethods: readonly string[];
  /** The longest query for logs that it is believed to answer, in blocks; undefined while no limit is known. */
  readonly maxLogBlocks: number | undefined;
}

export function abilityView(declared: number, abilities: Abilities, now: Ms): AbilityView {
  return {
    declared: capabilityNames(declared),
    shown: capabilityNames(abilities.has & ~declared),
    lacks: lackNames(abilities, now),
    refusedMethods: abilities.refused.filter(({ until }) => now < until).map(({ method }) => method),
    maxLogBlocks: logLimit(abilities, now),
  };
}
