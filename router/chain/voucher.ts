import type { Address, Hex, LocalAccount } from 'viem';

/** "This gateway owes this provider `total` in all." A newer voucher replaces every older one. */
export interface Voucher {
  readonly gateway: Address;
  readonly provider: Address;
  /** In the token's smallest unit; all that was ever owed, what was collected before included. */
  readonly total: bigint;
}

/** The escrow that pays a voucher; no other one accepts it. */
export interface VoucherDomain {
  readonly chainId: number;
  readonly escrow: Address;
}

const VOUCHER_TYPES = {
  Voucher: [
    { name: 'gateway', type: 'address' },
    { name: 'provider', type: 'address' },
    { name: 'total', type: 'uint256' },
  ],
} as const;

/** What is signed, as EIP-712 typed data in viem's shape: for wallets, hashing and verification. */
export function voucherTypedData({ chainId, escrow }: VoucherDomain, voucher: Voucher) {
  return {
    domain: { name: 'DIN PaymentEscrow', version: '1', chainId, verifyingContract: escrow },
    types: VOUCHER_TYPES,
    primaryType: 'Voucher',
    message: { gateway: voucher.gateway, provider: voucher.provider, total: voucher.total },
  } as const;
}

/** Signs with the gateway's own key or with one that it authorized in the escrow. */
export async function signVoucher(
  domain: VoucherDomain,
  voucher: Voucher,
  signer: LocalAccount,
): Promise<Hex> {
  return await signer.signTypedData(voucherTypedData(domain, voucher));
}
