import type { ContractFuture, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';

type Contract = ContractFuture<string>;

/** A hub and its court: watchers' weight and tallies are known to one court only, so the two change together. */
export function deployCourt(
  m: IgnitionModuleBuilder,
  { registry, vault, accessManager }: Record<'registry' | 'vault' | 'accessManager', Contract>,
) {
  const hub = m.contract('WatcherHub', [
    registry,
    vault,
    accessManager,
    structOf(m, ['genesis', 'epochSeconds', 'commitSeconds', 'revealSeconds']),
    m.getParameter<bigint>('minBond'),
    m.getParameter<bigint>('maxWeight'),
    m.getParameter<bigint>('reward'),
    m.getParameter<bigint>('maxReward'),
    m.getParameter<boolean>('admissionOpen'),
  ]);
  const court = m.contract('SlashingCourt', [
    hub,
    registry,
    vault,
    accessManager,
    structOf(m, ['evidenceSeconds', 'vetoSeconds', 'appealSeconds', 'repeatSeconds']),
    m.getParameter<bigint>('appealBond'),
    m.getParameter('penalties'),
  ]);
  return { hub, court };
}

function structOf(m: IgnitionModuleBuilder, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, m.getParameter<number>(name)]));
}
