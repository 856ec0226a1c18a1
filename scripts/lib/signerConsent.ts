import type { Address, Hex, LocalAccount } from 'viem';
import type { Session } from './session.ts';
import { chainTime } from './session.ts';

// Long enough for a slow wallet and a full block, short enough that an unused consent is soon worth nothing.
const CONSENT_SECONDS = 3_600;

/** The arguments of `register` and `rotateSigner` that name the signer. */
export interface Consent {
  readonly signer: Address;
  /** Unix seconds. */
  readonly deadline: bigint;
  readonly signature: Hex;
}

/** The signer's EIP-712 agreement to sign for `provider`. An owner that signs for itself needs none. */
export async function signerConsent(
  session: Session,
  provider: Address,
  signer: LocalAccount,
): Promise<Consent> {
  if (signer.address === provider) return { signer: provider, deadline: 0n, signature: '0x' };
  const { chainId, registry } = session.contracts;
  const deadline = BigInt((await chainTime(session.client)) + CONSENT_SECONDS);
  const signature = await signConsent({ chainId, registry, provider, deadline }, signer);
  return { signer: signer.address, deadline, signature };
}

export interface ConsentTerms {
  readonly chainId: number;
  readonly registry: Address;
  readonly provider: Address;
  /** In seconds since 1970. */
  readonly deadline: bigint;
}

/** The signature alone, by EIP-712. */
export function signConsent(
  { chainId, registry, provider, deadline }: ConsentTerms,
  signer: LocalAccount,
): Promise<Hex> {
  return signer.signTypedData({
    domain: { name: 'DIN ProviderRegistry', version: '1', chainId, verifyingContract: registry },
    types: {
      SignerConsent: [
        { name: 'provider', type: 'address' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'SignerConsent',
    message: { provider, deadline },
  });
}
