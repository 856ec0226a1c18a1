import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import { loadSigner } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SignerKeyOptions, SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import {
  requireMetadata,
  requireNoProvider,
  requireNotRegistered,
  requireSignerFree,
} from '../../lib/providerChecks.ts';
import { readProvider, readSignerOwner } from '../../lib/providerState.ts';
import { openSigningSession } from '../../lib/session.ts';
import { signerConsent } from '../../lib/signerConsent.ts';

export interface RegisterOptions extends SigningOptions, SignerKeyOptions {
  readonly metadata: string;
}

/** `din provider register` */
export async function register(options: RegisterOptions, io: CliIo): Promise<void> {
  const session = await openSigningSession(options, io);
  const { contracts, account } = session;
  const signer = (await loadSigner(options.signerKeystore, io)) ?? account;
  if (session.check) {
    const [provider, servant, owner, signerAsProvider] = await Promise.all([
      readProvider(session, account.address),
      readSignerOwner(session, account.address),
      readSignerOwner(session, signer.address),
      readProvider(session, signer.address),
    ]);
    requireNotRegistered(provider);
    requireSignerFree(account.address, servant, undefined);
    requireSignerFree(signer.address, owner, account.address);
    if (signer.address !== account.address) requireNoProvider(signerAsProvider);
    requireMetadata(options.metadata);
    passed(session, `${account.address} is not registered and the signer ${signer.address} is free`);
  }
  const consent = await signerConsent(session, account.address, signer);
  const transactions = await perform(session, [
    planned('ProviderRegistry', {
      address: contracts.registry,
      abi: providerRegistryAbi,
      functionName: 'register',
      args: [consent.signer, options.metadata, consent.deadline, consent.signature],
    }),
  ]);
  report(session, transactions, { provider: account.address, signer: signer.address }, [
    `registered the provider ${account.address}, signer ${signer.address}`,
    'next: din provider stake, din provider add-service',
  ]);
}
