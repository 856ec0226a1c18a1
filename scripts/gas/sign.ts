import type { Address, Hex, PrivateKeyAccount } from 'viem';
import { signConsent as signTerms } from '../lib/signerConsent.ts';
import type { TestDeployment } from './testDeployment.ts';
import { CHAIN_ID } from './testNode.ts';

/** A signer's consent to sign for a provider. */
export function signConsent(
  { registry }: TestDeployment,
  signer: PrivateKeyAccount,
  provider: Address,
  deadline: bigint,
): Promise<Hex> {
  return signTerms({ chainId: CHAIN_ID, registry, provider, deadline }, signer);
}

export interface Statement {
  readonly network: Hex;
  readonly height: bigint;
  readonly blockHash: Hex;
  readonly finalized: boolean;
}

/** A provider's statement about a block. */
export function signStatement(
  { registry }: Pick<TestDeployment, 'registry'>,
  signer: PrivateKeyAccount,
  message: Statement,
): Promise<Hex> {
  return signer.signTypedData({
    domain: { name: 'DIN Statement', version: '1', chainId: CHAIN_ID, verifyingContract: registry },
    types: {
      Statement: [
        { name: 'network', type: 'bytes32' },
        { name: 'height', type: 'uint64' },
        { name: 'blockHash', type: 'bytes32' },
        { name: 'finalized', type: 'bool' },
      ],
    },
    primaryType: 'Statement',
    message,
  });
}

export interface Voucher {
  readonly gateway: Address;
  readonly provider: Address;
  readonly total: bigint;
}

/** A gateway's promise to pay. */
export function signVoucher(
  { escrow }: Pick<TestDeployment, 'escrow'>,
  signer: PrivateKeyAccount,
  message: Voucher,
): Promise<Hex> {
  return signer.signTypedData({
    domain: { name: 'DIN PaymentEscrow', version: '1', chainId: CHAIN_ID, verifyingContract: escrow },
    types: {
      Voucher: [
        { name: 'gateway', type: 'address' },
        { name: 'provider', type: 'address' },
        { name: 'total', type: 'uint256' },
      ],
    },
    primaryType: 'Voucher',
    message,
  });
}
