import { ponder } from 'ponder:registry';
import { type RegistryLogEvent, toRegistryEvent } from '../../toRegistryEvent.ts';
import { recordContractChange } from '../lib/recordContractChange.ts';
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
    const said = toRegistryEvent({ blockNumber: block.number, logIndex: log.logIndex }, {
      eventName,
      args,
    } as RegistryLogEvent);
    if (said !== undefined) await recordEvent(log.address, said, context, event);
    if (said?.type !== 'registryReplaced') return;
    await recordContractChange(context, event, 'successor', said.successor);
  });
}
