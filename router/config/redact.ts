import { redactUrls } from '../core/redactUrls.ts';
import type { GatewayConfig } from './schema.ts';

/** The configuration as it may be shown: all URLs without what may be a key or a password. */
export function redactConfig(config: GatewayConfig): GatewayConfig {
  return {
    ...config,
    networks: config.networks.map((network) => ({
      ...network,
      upstreams: network.upstreams.map((upstream) => ({ ...upstream, url: redactUrls(upstream.url) })),
    })),
    ...(config.settlement && {
      settlement: { ...config.settlement, rpc: config.settlement.rpc.map(redactUrls) },
    }),
  };
}
