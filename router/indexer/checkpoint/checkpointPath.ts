import { join } from 'node:path';
import type { CheckpointIdentity } from './checkpoint.ts';

/** Where a deployment's checkpoint stands in the gateway's directory; one name however the address is written. */
export function checkpointPath(stateDir: string, { chainId, registry }: CheckpointIdentity): string {
  return join(stateDir, `provider-set-${chainId}-${registry.toLowerCase()}.sqlite`);
}
