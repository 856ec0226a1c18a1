import { redactUrls } from '../core/redactUrls.ts';
import type { GatewayConfig } from './schema.ts';
import type { SettlementConfig } from './settlement.ts';
import type { WatcherConfig } from './watcher.ts';

/** The configuration as it may be shown: no key, and all URLs without what may be one or a password. */
export function redactConfig(config: GatewayConfig): GatewayConfig {
  return {
    ...config,
    networks: config.networks.map((network) => ({
      ...network,
      upstreams: network.upstreams.map((upstream) => ({ ...upstream, url: redactUrls(upstream.url) })),
    })),
    settlement: config.settlement && redactSettlement(config.settlement),
    watcher: config.watcher && redactWatcher(config.watcher),
  };
}

function redactSettlement({ rpc, graphqlUrl, ...rest }: SettlementConfig): SettlementConfig {
  return {
    ...rest,
    rpc: rpc.map(redactUrls),
    ...(graphqlUrl !== undefined && { graphqlUrl: redactUrls(graphqlUrl) }),
  };
}

function redactWatcher({ privateKey, ...rest }: WatcherConfig): WatcherConfig {
  return { ...rest, ...(privateKey !== undefined && { privateKey: '***' }) };
}
