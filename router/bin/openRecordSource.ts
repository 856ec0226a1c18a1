import { createSettlementEndpoints } from '../chain/settlementEndpoints.ts';
import type { SettlementConfig } from '../config/settlement.ts';
import type { Clock, Random } from '../core/clock.ts';
import { createRecordSource, type RecordSource } from '../indexer/record/recordSource.ts';
import type { SourceLogger } from '../indexer/sourceLogger.ts';
import type { ProviderSource } from '../registry/providerSource.ts';

export interface RecordSourceParts {
  readonly settlement: Pick<SettlementConfig, 'chainId' | 'rpc' | 'pollIntervalMs' | 'maxRange'>;
  readonly source: ProviderSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: SourceLogger;
}

/**
 * What watchers say, read over connections of its own: connects to nothing before its `start`.
 * @throws `NoSettlementEndpointError`
 */
export function openRecordSource(args: RecordSourceParts): RecordSource {
  const { settlement, source, clock, random, logger } = args;
  const { chainId, rpc: rpcUrls, pollIntervalMs, maxRange } = settlement;
  return createRecordSource({
    // Without a logger: the provider set's reader says the same of the same endpoints.
    endpoints: createSettlementEndpoints({ rpcUrls, chainId, clock, random }),
    ...{ source, pollIntervalMs, logger },
    ...(maxRange !== undefined && { maxRange }),
  });
}
