import type { Clock, Random } from '../core/clock.ts';
import type { Ms } from '../core/units.ts';
import type { NetworkKey, ProviderSet } from '../registry/providerSet.ts';
import type { UpstreamClient, UpstreamTarget } from '../upstream/outcome.ts';
import { evidenceOf } from './checks/evidence.ts';
import type { EvidenceStore } from './checks/evidenceStore.ts';
import { createServiceExaminer } from './checks/serviceExaminer.ts';
import { describeError } from './describeError.ts';
import { type NetworkNodes, networkNodes } from './finality/networkNodes.ts';
import { createTruths } from './finality/truths.ts';
import type { OwnTrouble } from './ownTrouble.ts';
import { probeableServices } from './probeable.ts';
import { createProber, type Prober, type ProberDependencies } from './prober.ts';
import type { WatcherLog } from './watcherLog.ts';

export interface ProbingDependencies {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly intervalMs: Ms;
  readonly allowPrivateEndpoints: boolean;
  readonly providerSet: () => ProviderSet | undefined;
  readonly epoch: () => number | undefined;
  readonly trouble: OwnTrouble;
  /** The watcher's own nodes, by network. */
  readonly references: ReadonlyMap<NetworkKey, UpstreamTarget>;
  readonly evidence: EvidenceStore;
  readonly log: WatcherLog;
}

/** Probes whose answers are checked by what is agreed and proven of each network. */
export function createProbing(dependencies: ProbingDependencies): Prober {
  const { clock, providerSet, allowPrivateEndpoints, references, evidence, log } = dependencies;
  let seen: { set: ProviderSet; networks: readonly NetworkNodes[] } | undefined;

  function networks(): readonly NetworkNodes[] {
    const set = providerSet();
    if (set === undefined) return [];
    if (seen !== undefined && isSame(seen.set, set)) return seen.networks;
    const probeable = probeableServices(set, allowPrivateEndpoints);
    seen = { set, networks: networkNodes(set, probeable, references) };
    return seen.networks;
  }

  const onWrong: ProberDependencies['onWrong'] = (epoch, { service, network }, wrong) => {
    const { call, check, fault } = wrong;
    const why = fault.kind === 'refuted' ? fault.why : 'others agree on another answer';
    const { provider } = service;
    log.warn(
      { epoch, provider, network: network.slug, method: call.method, block: check.anchor.number, why },
      'answer_wrong',
    );
    const found = evidenceOf({ ...wrong, epoch, at: clock.unix(), service, caip2: network.caip2 });
    evidence.save(found).catch((error: unknown) => log.error(describeError(error), 'evidence_unsaved'));
  };

  const truths = createTruths({ ...dependencies, networks });
  const prober = createProber({
    ...dependencies,
    truths,
    examine: createServiceExaminer({
      upstream: dependencies.upstream,
      nodesOf: (network) => networks().find((one) => one.network === network),
    }),
    onWrong,
  });
  return {
    ...prober,
    run: async (signal) => void (await Promise.all([prober.run(signal), truths.run(signal)])),
  };
}

/** Whether two sets have the same services and stakes: each new block makes a new set. */
function isSame(a: ProviderSet, b: ProviderSet): boolean {
  return a.active === b.active && a.providers === b.providers && a.networks === b.networks;
}
