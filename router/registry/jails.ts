import type { UnixSeconds } from '../core/units.ts';
import type { TouchedProvider } from './activeIndex.ts';
import type { Address, Jail, Provider, ProviderSet } from './providerSet.ts';

/** Whom time alone frees by then. */
export function freedBy(jails: ProviderSet['jails'], time: UnixSeconds): readonly Address[] {
  const freed: Address[] = [];
  for (let jail = jails.at(0); jail !== undefined && jail.until <= time; jail = jails.at(freed.length)) {
    freed.push(jail.provider);
  }
  return freed;
}

/** The jails of `next`, which had `base`'s, when no others than these providers were jailed or freed. */
export function changedJails(
  base: ProviderSet,
  next: ProviderSet,
  providers: readonly TouchedProvider[],
): ProviderSet['jails'] {
  const leaving: Jail[] = [];
  const joining: Jail[] = [];
  for (const { before, after } of providers) {
    const was = before && jailAt(base, before);
    const is = jailAt(next, after);
    if (was?.until === is?.until) continue;
    if (was !== undefined) leaving.push(was);
    if (is !== undefined) joining.push(is);
  }
  return base.jails.edited(leaving, joining);
}

function jailAt({ block }: ProviderSet, { id, jailedUntil }: Provider): Jail | undefined {
  return jailedUntil > block.timestamp ? { provider: id, until: jailedUntil } : undefined;
}
