import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from './schema.ts';

// Ports, processes, the way to the chain and a watcher's state are opened once.
const FIXED = ['listen', 'workers', 'metrics', 'settlement', 'watcher'] as const;

export interface LiveConfig {
  /** To be put in force now; undefined when nothing of it has changed. */
  readonly config: GatewayConfig | undefined;
  /** What has changed too, but only a restart can change. */
  readonly needRestart: readonly (typeof FIXED)[number][];
}

/** What of a new configuration can be had without a restart. A network that did not change stays the same object. */
export function liveConfig(before: GatewayConfig, wanted: GatewayConfig): LiveConfig {
  const needRestart = FIXED.filter((field) => !isDeepStrictEqual(before[field], wanted[field]));
  const { listen, workers, metrics, settlement, watcher, ...live } = wanted;
  const networks = wanted.networks.map(
    (network) => before.networks.find((known) => isDeepStrictEqual(known, network)) ?? network,
  );
  const config = { ...before, ...live, networks };
  return { config: isDeepStrictEqual(before, config) ? undefined : config, needRestart };
}
