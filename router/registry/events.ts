import type { Caip2 } from '../core/caip2.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Address, NetworkKey, Sla } from './providerSet.ts';

/** Where in the chain an event stands. */
export interface EventPlace {
  readonly blockNumber: bigint;
  readonly logIndex: number;
}

/**
 * What the contracts said, in the fold's words. Values are the full new values. Everything that does not bear on the
 * provider set (watchers' bonds, courts) has no variant here.
 */
export type RegistryEvent = EventPlace &
  (
    | {
        readonly type: 'networkAdded';
        readonly network: NetworkKey;
        readonly caip2: Caip2;
        readonly slug: string;
        readonly minStake: bigint;
        readonly sla: Sla;
      }
    | {
        readonly type: 'networkUpdated';
        readonly network: NetworkKey;
        readonly minStake: bigint;
        readonly sla: Sla;
      }
    | { readonly type: 'networkRetired'; readonly network: NetworkKey }
    | {
        readonly type: 'providerRegistered';
        readonly provider: Address;
        readonly signer: Address;
        readonly metadata: string;
      }
    | { readonly type: 'metadataSet'; readonly provider: Address; readonly metadata: string }
    | { readonly type: 'signerRotated'; readonly provider: Address; readonly signer: Address }
    | ({ readonly type: 'serviceAdded' | 'serviceUpdated' } & ServiceOffer)
    | ({ readonly type: 'serviceStakeSynced'; readonly minStake: bigint } & ServicePlace)
    | ({ readonly type: 'servicePaused' | 'serviceResumed' | 'serviceRemoved' } & ServicePlace)
    | { readonly type: 'providerJailed'; readonly provider: Address; readonly until: UnixSeconds }
    | ({ readonly type: 'stakeChanged' } & StakeChange)
    | { readonly type: 'registryReplaced'; readonly successor: Address }
  );

interface ServicePlace {
  readonly provider: Address;
  readonly network: NetworkKey;
}

interface ServiceOffer extends ServicePlace {
  readonly serviceId: number;
  readonly url: string;
  readonly capabilities: number;
  readonly minStake: bigint;
}

/** Of any vault event about a provider's bond: what it names is set, the rest stays. */
export interface StakeChange {
  readonly provider: Address;
  readonly tokens?: bigint;
  readonly thawing?: bigint;
  readonly locked?: bigint;
}
