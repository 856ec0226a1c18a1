import type { Address, Jail, Provider, ProviderSet } from './providerSet.ts';

/** Who is freed by time alone, at the new time. Costs as many as there are. */
export function* freedAt(jails: ProviderSet['jails'], timestamp: number): Generator<Address, undefined> {
  for (const { provider, until } of jails) {
    if (until > timestamp) return;
    yield provider;
  }
}

/** The jails of `next`, which had `base`'s, when no others than these providers were jailed or freed. */
export function changedJails(
  base: ProviderSet,
  next: ProviderSet,
  touched: Iterable<Address>,
): ProviderSet['jails'] {
  const leaving: Jail[] = [];
  const joining: Jail[] = [];
  for (const id of touched) {
    const was = jailAt(base, base.providers.get(id));
    const is = jailAt(next, next.providers.get(id));
    if (was?.until === is?.until) continue;
    if (was !== undefined) leaving.push(was);
    if (is !== undefined) joining.push(is);
  }
  return leaving.length + joining.length === 0 ? base.jails : base.jails.edited(leaving, joining);
}

function jailAt({ block }: ProviderSet, provider: Provider | undefined): Jail | undefined {
  if (provider === undefined || provider.jailedUntil <= block.timestamp) return undefined;
  return { provider: provider.id, until: provider.jailedUntil };
}
