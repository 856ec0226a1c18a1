import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import { loadSigner } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SignerKeyOptions, SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { requireNoProvider, requireRegistered, requireSignerFree } from '../../lib/providerChecks.ts';
import { readProvider, readSignerOwner } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';
import { signerConsent } from '../../lib/signerConsent.ts';

export interface RotateSignerOptions extends SigningOptions, SignerKeyOptions {}

/** `din provider rotate-signer` */
export async function rotateSigner(options: RotateSignerOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { contracts, account } = session;
  const signer = (await loadSigner(options.signerKeystore, io)) ?? account;
  if (session.check) {
    const [provider, owner, signerAsProvider] = await Promise.all([
      readProvider(session, account.address),
      readSignerOwner(session, signer.address),
      readProvider(session, signer.address),
    ]);
    requireRegistered(provider);
    requireSignerFree(signer.address, owner, account.address);
    if (signer.address !== account.address) requireNoProvider(signerAsProvider);
    passed(session, `the signer ${signer.address} is free`);
  }
  const consent = await signerConsent(session, account.address, signer);
  const transactions = await perform(session, [
    planned('ProviderRegistry', {
      address: contracts.registry,
      abi: providerRegistryAbi,
      functionName: 'rotateSigner',
      args: [consent.signer, consent.deadline, consent.signature],
    }),
  ]);
  report(session, transactions, { provider: account.address, signer: signer.address }, [
    `the signer of ${account.address} is now ${signer.address}`,
  ]);
}
