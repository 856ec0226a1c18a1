import type { Address } from 'viem';
import { stringify } from 'yaml';
import type { GatewayConfigInput } from '../../router/config/schema.ts';

// Four looks a block: an event is seen well before the next one.
const SETTLEMENT_POLL_MS = 250;

// Beside the configuration: wiped with the network, and never another network's.
const CHECKPOINT = 'provider-set.sqlite';

/** The gateway's configuration: it names the settlement chain and the registry, and no provider. */
export function gatewayConfig(options: {
  readonly port: number;
  readonly chainId: number;
  readonly settlementUrl: string;
  readonly registry: Address;
}): string {
  const config: GatewayConfigInput = {
    listen: `127.0.0.1:${options.port}`,
    settlement: {
      chainId: options.chainId,
      rpc: [options.settlementUrl],
      registry: options.registry,
      source: 'chain',
      checkpoint: CHECKPOINT,
      pollIntervalMs: SETTLEMENT_POLL_MS,
    },
    development: { allowPrivateEndpoints: true },
    log: { level: 'info' },
  };
  return stringify(config);
}
