import { decodeEventLog } from 'viem';
import { watcherHubAbi } from '../../chain/abi/watcherHub.ts';
import { MEASUREMENT_BYTES, OFFENCES } from '../../chain/commitment.ts';
import type { AttestedOffence } from '../../registry/breaches.ts';
import { type Address, type NetworkKey, type ServiceKey, serviceKey } from '../../registry/providerSet.ts';
import type { MinedLog } from '../logAnswer.ts';

/** One chunk of a report. */
export interface Reveal {
  readonly kind: 'revealed';
  readonly watcher: Address;
  readonly epoch: number;
  /** Whole records. */
  readonly bytes: Buffer;
}

/** One breach of that chunk, which the hub found to be one. */
export interface AttestedBreach {
  readonly kind: 'attested';
  readonly watcher: Address;
  readonly epoch: number;
  readonly service: ServiceKey;
  readonly offence: AttestedOffence;
}

/** Undefined for all other events, for bytes that are no records, and for offences that nobody can attest. */
export function readHubEvent({
  topics,
  data,
}: Pick<MinedLog, 'topics' | 'data'>): Reveal | AttestedBreach | undefined {
  try {
    const { eventName, args } = decodeEventLog({ abi: watcherHubAbi, topics, data });
    if (eventName !== 'Revealed' && eventName !== 'BreachAttested') return undefined;
    const { watcher } = args;
    const epoch = Number(args.epoch);
    if (!Number.isSafeInteger(epoch)) return undefined;
    if ('measurements' in args) {
      const bytes = Buffer.from(args.measurements.slice('0x'.length), 'hex');
      return bytes.length % MEASUREMENT_BYTES === 0 ? { kind: 'revealed', watcher, epoch, bytes } : undefined;
    }
    const offence = OFFENCES[args.offence];
    if (offence === undefined || offence === 'equivocation') return undefined;
    const service = serviceKey(args.provider, args.network as NetworkKey);
    return { kind: 'attested', watcher, epoch, service, offence };
  } catch {
    // An event of a later version of the hub.
    return undefined;
  }
}
