import type { NetworkRecord } from '../registry/networkRecord.ts';
import type { ProviderSet } from '../registry/providerSet.ts';
import type { ProviderSource, SourceStatus } from '../registry/providerSource.ts';

/** What the gateway knows of the settlement chain at this moment. */
export interface SettlementState {
  readonly chainId: number;
  readonly source: ProviderSource['kind'];
  /** Undefined before the first. */
  readonly set: ProviderSet | undefined;
  readonly status: SourceStatus;
  /** What watchers say; undefined before the first look. */
  readonly record: NetworkRecord | undefined;
}
