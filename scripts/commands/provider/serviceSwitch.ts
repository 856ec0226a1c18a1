import type { Address } from 'viem';
import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { findNetwork, listNetworks } from '../../lib/networks.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { requireRegistered, requireService } from '../../lib/providerChecks.ts';
import { readProvider, readService, readSignerOwner } from '../../lib/providerState.ts';
import { openSigningSession, type SigningSession } from '../../lib/session.ts';

export interface ServiceOptions extends SigningOptions {
  readonly network: string;
}

const ACTIONS = {
  pause: { functionName: 'pauseService', needed: 'live', done: 'paused: neither routed to nor measured' },
  resume: { functionName: 'resumeService', needed: 'paused', done: 'resumed' },
  remove: { functionName: 'removeService', needed: 'offered', done: 'removed; the stake stays in the vault' },
} as const;

/** `din provider pause`, `resume` and `remove-service` */
export async function switchService(
  action: keyof typeof ACTIONS,
  options: ServiceOptions,
  io: CliIo,
): Promise<void> {
  const session = await openSigningSession(options, io);
  const { functionName, needed, done } = ACTIONS[action];
  const network = findNetwork(await listNetworks(session), options.network);
  const id = action === 'remove' ? session.account.address : await actsFor(session);
  if (session.check) {
    const [provider, service] = await Promise.all([
      readProvider(session, id),
      readService(session, id, network.key),
    ]);
    requireRegistered(provider);
    requireService(service, network, needed);
    passed(session, `the service on ${network.slug} is ${service.status}`);
  }
  const transactions = await perform(session, [
    planned('ProviderRegistry', {
      address: session.contracts.registry,
      abi: providerRegistryAbi,
      functionName,
      args: [network.key],
    }),
  ]);
  report(session, transactions, { provider: id, network: network.caip2, slug: network.slug, action }, [
    `the service of ${id} on ${network.slug} is ${done}`,
  ]);
}

/** A signer pauses and resumes for its provider. */
async function actsFor(session: SigningSession): Promise<Address> {
  const { address } = session.account;
  const own = await readProvider(session, address);
  if (own.signer !== undefined) return address;
  const owner = await readSignerOwner(session, address);
  if (owner === undefined) return address;
  const provider = await readProvider(session, owner);
  return provider.signer === address ? owner : address;
}
