import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { requireMetadata, requireRegistered } from '../../lib/providerChecks.ts';
import { readProvider } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';

export type SetMetadataOptions = SigningOptions;

/** `din provider set-metadata` */
export async function setMetadata(text: string, options: SetMetadataOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { contracts, account } = session;
  if (session.check) {
    requireMetadata(text);
    requireRegistered(await readProvider(session, account.address));
    passed(session, `${account.address} is registered and the text is short enough`);
  }
  const transactions = await perform(session, [
    planned('ProviderRegistry', {
      address: contracts.registry,
      abi: providerRegistryAbi,
      functionName: 'setMetadata',
      args: [text],
    }),
  ]);
  report(session, transactions, { provider: account.address }, [`set the metadata of ${account.address}`]);
}
