import { ponder } from 'ponder:registry';
import { isAddressEqual } from 'viem';
import { toRegistryEvent, type VaultLogEvent } from '../../toRegistryEvent.ts';
import { readIndexerConfig } from '../indexerConfig.ts';
import { recordEvent } from '../lib/recordEvent.ts';

const EVENTS = [
  'Staked',
  'ThawStarted',
  'ThawCancelled',
  'Withdrawn',
  'Locked',
  'Released',
  'Slashed',
] as const satisfies readonly VaultLogEvent['eventName'][];

const { deployments } = readIndexerConfig(process.env);

for (const eventName of EVENTS) {
  ponder.on(`Vault:${eventName}`, async ({ event, context }) => {
    const { args, block, log } = event;
    // Ponder has decoded by the same ABI; that the name and its arguments belong together gets lost in the loop.
    const said = { eventName, args } as VaultLogEvent;
    const registryEvent = toRegistryEvent({ blockNumber: block.number, logIndex: log.logIndex }, said);
    if (registryEvent === undefined) return;
    for (const { registry, vault } of deployments) {
      if (isAddressEqual(vault, log.address)) await recordEvent(registry, registryEvent, context, block);
    }
  });
}
