import { paymentEscrowAbi } from '../../../router/chain/abi/paymentEscrow.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { addressOf } from '../../lib/address.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { requireEscrow } from '../../lib/escrowState.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, planned, report } from '../../lib/perform.ts';
import { chainTime, openSigningSession, type SigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

/** `din escrow authorize-signer <address>`; also takes back an announced revocation. */
export async function authorizeSigner(text: string, options: SigningOptions, io: CliIo): Promise<void> {
  const signer = addressOf(text, 'The signer');
  const session = await openSigningSession(options, io);
  const { authorized, revocableAt } = await readSigner(session, signer);
  if (session.check) {
    if (authorized && revocableAt === 0) throw new SignerAuthorizedError(signer);
    passed(session, authorized ? `${signer} was announced to go` : `${signer} signs no vouchers yet`);
  }
  const transactions = await perform(session, [
    planned('PaymentEscrow', { ...at(session), functionName: 'authorizeSigner', args: [signer] }),
  ]);
  const gateway = session.account.address;
  report(session, transactions, { gateway, signer, authorized: true }, [
    `${signer} may sign vouchers of ${gateway}: keep it as safe as the balance`,
  ]);
}

/** `din escrow revoke-signer <address>`: what is next of announcing and revoking. */
export async function revokeSigner(text: string, options: SigningOptions, io: CliIo): Promise<void> {
  const signer = addressOf(text, 'The signer');
  const session = await openSigningSession(options, io);
  const { authorized, revocableAt } = await readSigner(session, signer);
  if (session.check) {
    if (!authorized) throw new SignerUnknownError(signer);
    if (revocableAt > 0 && (await chainTime(session.client)) < revocableAt)
      throw new SignerThawingError(signer, revocableAt);
    passed(session, revocableAt > 0 ? `the thaw of ${signer} is over` : `${signer} signs vouchers`);
  }
  const functionName = revocableAt > 0 ? 'revokeSigner' : 'thawSigner';
  const transactions = await perform(session, [
    planned('PaymentEscrow', { ...at(session), functionName, args: [signer] }),
  ]);
  const after = await readSigner(session, signer);
  const data = {
    gateway: session.account.address,
    signer,
    authorized: after.authorized,
    revocableAt: after.revocableAt > 0 ? after.revocableAt : null,
  };
  report(session, transactions, data, [
    after.authorized
      ? `announced that ${signer} goes: its vouchers bind until ${dateText(after.revocableAt)}; run this again then`
      : `${signer} signs no vouchers any more`,
  ]);
}

function at({ contracts }: SigningSession) {
  return { address: requireEscrow(contracts), abi: paymentEscrowAbi } as const;
}

async function readSigner(session: SigningSession, signer: `0x${string}`) {
  return await session.client.readContract({
    ...at(session),
    functionName: 'signerOf',
    args: [session.account.address, signer],
  });
}

export class SignerAuthorizedError extends DinError {
  readonly code = 'SIGNER_AUTHORIZED';
  constructor(signer: string) {
    super(`${signer} may sign vouchers already`);
  }
}

export class SignerUnknownError extends DinError {
  readonly code = 'SIGNER_NOT_AUTHORIZED';
  constructor(signer: string) {
    super(`${signer} may sign no vouchers: there is nothing to revoke`);
  }
}

export class SignerThawingError extends DinError {
  readonly code = 'SIGNER_THAWING';
  constructor(signer: string, revocableAt: number) {
    super(
      `${signer} is announced to go and can be revoked from ${dateText(revocableAt)}: run this again then`,
    );
  }
}
