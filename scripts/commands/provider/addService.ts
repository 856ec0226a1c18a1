import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import { type Capability, capabilityBits, isCapability } from '../../../router/core/capability.ts';
import { amountText } from '../../lib/amount.ts';
import { checkEndpoint } from '../../lib/checkEndpoint.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { findNetwork, listNetworks, type Network, requireLive } from '../../lib/networks.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import {
  requireNoService,
  requireRegistered,
  requireService,
  requireStake,
} from '../../lib/providerChecks.ts';
import { activeStake, readProvider, readService } from '../../lib/providerState.ts';
import { openSigningSession, type SigningSession } from '../../lib/session.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface AddServiceOptions extends SigningOptions {
  readonly network: string;
  readonly url: string;
  readonly capability?: readonly string[];
}

/** `din provider add-service` and `update-service` */
export async function addService(
  action: 'add' | 'update',
  options: AddServiceOptions,
  io: CliIo,
): Promise<void> {
  const capabilities = capabilitiesOf(options.capability ?? ['full']);
  const session = await openSigningSession(options, io);
  const { contracts, account } = session;
  const network = findNetwork(await listNetworks(session), options.network);
  if (session.check) await check(session, action, network, options.url);
  const transactions = await perform(session, [
    planned('ProviderRegistry', {
      address: contracts.registry,
      abi: providerRegistryAbi,
      functionName: action === 'add' ? 'addService' : 'updateService',
      args: [network.key, options.url, capabilityBits(capabilities)],
    }),
  ]);
  const active = await session.client.readContract({
    address: contracts.registry,
    abi: providerRegistryAbi,
    functionName: 'isActive',
    args: [account.address, network.key],
  });
  report(
    session,
    transactions,
    { provider: account.address, network: network.caip2, slug: network.slug, capabilities, active },
    [
      `${action === 'add' ? 'offers' : 'changed'} ${network.slug} (${network.caip2}): ${capabilities.join(', ')}`,
      active
        ? 'the service is active: routers send to it as soon as they see the block'
        : 'the service is not active; `din provider status` says why',
    ],
  );
}

async function check(
  session: SigningSession,
  action: 'add' | 'update',
  network: Network,
  url: string,
): Promise<void> {
  const { account, contracts, token } = session;
  requireLive(network);
  const [provider, service] = await Promise.all([
    readProvider(session, account.address),
    readService(session, account.address, network.key),
  ]);
  requireRegistered(provider);
  if (action === 'add') requireNoService(service, network);
  else requireService(service, network, 'offered');
  const added = network.minStake - (action === 'add' ? 0n : service.minStake);
  // An update that needs no more stake than before is always possible.
  if (action === 'add' || added > 0n) requireStake(provider, added, token);
  passed(
    session,
    `stake of ${amountText(activeStake(provider.bond), token)} covers ${amountText(provider.requiredStake + added, token)}`,
  );
  const { publicEndpointsOnly } = contracts;
  const found = await checkEndpoint({ url, caip2: network.caip2, publicOnly: publicEndpointsOnly });
  for (const line of found) passed(session, line);
}

function capabilitiesOf(names: readonly string[]): Capability[] {
  // Several in one option, too: `--capability full,archive`.
  const all = [...new Set(names.flatMap((name) => name.split(',')))];
  const unknown = all.find((name) => !isCapability(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `"${unknown}" is no capability: full, archive, trace, debug, txpool, websocket and proof are`,
    );
  }
  return all.filter(isCapability);
}
