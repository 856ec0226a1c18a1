import { ponder } from 'ponder:registry';
import { type RegistryLogEvent, toRegistryEvent } from '../../toRegistryEvent.ts';
import { recordEvent } from '../lib/recordEvent.ts';

const EVENTS = [
  'NetworkAdded',
  'NetworkUpdated',
  'NetworkRetired',
  'ProviderRegistered',
  'MetadataSet',
  'SignerRotated',
  'ServiceAdded',
  'ServiceUpdated',
  'ServiceStakeSynced',
  'ServicePaused',
  'ServiceResumed',
  'ServiceRemoved',
  'ProviderJailed',
  'SuccessorChanged',
] as const satisfies readonly RegistryLogEvent['eventName'][];

for (const eventName of EVENTS) {
  ponder.on(`Registry:${eventName}`, async ({ event, context }) => {
    const { args, block, log } = event;
    // Ponder has decoded by the same ABI; that the name and its arguments belong together gets lost in the loop.
    const said = { eventName, args } as RegistryLogEvent;
    const registryEvent = toRegistryEvent({ blockNumber: block.number, logIndex: log.logIndex }, said);
    if (registryEvent !== undefined) await recordEvent(log.address, registryEvent, context, block);
  });
}
