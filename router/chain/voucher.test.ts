import fc from 'fast-check';
import {
  type Address,
  encodeAbiParameters,
  encodePacked,
  type Hex,
  hashTypedData,
  keccak256,
  recoverTypedDataAddress,
  toBytes,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { signVoucher, type Voucher, type VoucherDomain, voucherTypedData } from './voucher.ts';

const addresses = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map((bytes): Address => `0x${Buffer.from(bytes).toString('hex')}`);
const domains = fc.record({ chainId: fc.integer({ min: 1 }), escrow: addresses });
const vouchers = fc.record({
  gateway: addresses,
  provider: addresses,
  total: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
});
const DOMAIN: VoucherDomain = { chainId: 59144, escrow: '0x00000000000000000000000000000000000000e5' };
const VOUCHER: Voucher = {
  gateway: '0x000000000000000000000000000000000000006a',
  provider: '0x0000000000000000000000000000000000000b0b',
  total: 7n,
};
const signer = privateKeyToAccount(`0x${'17'.repeat(32)}`);

describe('voucherTypedData()', () => {
  it('is hashed as the contract says, word by word', () => {
    fc.assert(
      fc.property(domains, vouchers, (domain, voucher) => {
        expect(hashTypedData(voucherTypedData(domain, voucher))).toBe(digest(domain, voucher));
      }),
    );
  });

  it('differs for every other chain, escrow, gateway, provider and total', () => {
    const other: Address = '0x0000000000000000000000000000000000000bad';
    const all = [
      voucherTypedData(DOMAIN, VOUCHER),
      voucherTypedData({ ...DOMAIN, chainId: 1 }, VOUCHER),
      voucherTypedData({ ...DOMAIN, escrow: other }, VOUCHER),
      voucherTypedData(DOMAIN, { ...VOUCHER, gateway: other }),
      voucherTypedData(DOMAIN, { ...VOUCHER, provider: other }),
      voucherTypedData(DOMAIN, { ...VOUCHER, total: 8n }),
    ];
    expect(new Set(all.map((data) => hashTypedData(data))).size).toBe(all.length);
  });
});

describe('signVoucher()', () => {
  it('makes a signature that recovers to its key, and to no other for a changed voucher', async () => {
    const signature = await signVoucher(DOMAIN, VOUCHER, signer);
    const recover = (voucher: Voucher) =>
      recoverTypedDataAddress({ ...voucherTypedData(DOMAIN, voucher), signature });
    await expect(recover(VOUCHER)).resolves.toBe(signer.address);
    await expect(recover({ ...VOUCHER, total: 8n })).resolves.not.toBe(signer.address);
  });

  it('refuses a total that no contract could read', async () => {
    await expect(signVoucher(DOMAIN, { ...VOUCHER, total: 2n ** 256n }, signer)).rejects.toThrow();
    await expect(signVoucher(DOMAIN, { ...VOUCHER, total: -1n }, signer)).rejects.toThrow();
  });
});

/** EIP-712 by hand. */
function digest({ chainId, escrow }: VoucherDomain, { gateway, provider, total }: Voucher): Hex {
  const hash = (text: string) => keccak256(toBytes(text));
  const separator = keccak256(
    encodeAbiParameters(
      [
        { type: 'bytes32' },
        { type: 'bytes32' },
        { type: 'bytes32' },
        { type: 'uint256' },
        { type: 'address' },
      ],
      [
        hash('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
        hash('DIN PaymentEscrow'),
        hash('1'),
        BigInt(chainId),
        escrow,
      ],
    ),
  );
  const struct = keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'address' }, { type: 'address' }, { type: 'uint256' }],
      [hash('Voucher(address gateway,address provider,uint256 total)'), gateway, provider, total],
    ),
  );
  return keccak256(encodePacked(['bytes2', 'bytes32', 'bytes32'], ['0x1901', separator, struct]));
}
