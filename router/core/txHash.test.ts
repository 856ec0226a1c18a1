import { type Hex, keccak256, serializeTransaction } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { encodeJson, type RawJson } from './rawJson.ts';
import { rawTransactionHash } from './txHash.ts';

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const to = `0x${'22'.repeat(20)}` as const;
const fees = { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n, gas: 21_000n };

describe('rawTransactionHash', () => {
  it('is the hash of the bytes, for transactions of any usual type', async () => {
    const signed = [
      await account.signTransaction({ type: 'legacy', chainId: 1, nonce: 0, gasPrice: 1n, gas: 21_000n, to }),
      await account.signTransaction({ type: 'eip1559', chainId: 1, nonce: 1, to, ...fees }),
    ];
    for (const raw of signed) expect(rawTransactionHash(encodeJson([raw]))).toBe(keccak256(raw));
    const loud = signed.map((raw) => `0x${raw.slice(2).toUpperCase()}`);
    expect(rawTransactionHash(encodeJson(loud))).toBe(keccak256(signed[0] as Hex));
  });

  it('leaves out the sidecar of a blob transaction', () => {
    const blobHash = `0x01${'33'.repeat(31)}` as const;
    const transaction = {
      type: 'eip4844',
      chainId: 1,
      nonce: 2,
      to,
      ...fees,
      maxFeePerBlobGas: 1n,
      blobVersionedHashes: [blobHash],
    } as const;
    const signature = { r: `0x${'44'.repeat(32)}`, s: `0x${'55'.repeat(32)}`, yParity: 1 } as const;
    const sidecar = {
      blob: `0x${'66'.repeat(131_072)}`,
      commitment: `0x${'77'.repeat(48)}`,
      proof: `0x${'88'.repeat(48)}`,
    } as const;
    const bare = serializeTransaction(transaction, signature);
    const travelling = serializeTransaction({ ...transaction, sidecars: [sidecar] }, signature);
    expect(travelling.length).toBeGreaterThan(bare.length + 200_000);
    expect(rawTransactionHash(encodeJson([travelling]))).toBe(keccak256(bare));
    expect(rawTransactionHash(encodeJson([bare]))).toBe(keccak256(bare));
  });

  it.each([undefined, '[]', '{}', '[5]', '["0x"]', '["0x123"]', '["zz"]', '[null]'])(
    'is unknown for %s',
    (params) => {
      expect(rawTransactionHash(params as RawJson | undefined)).toBeUndefined();
    },
  );

  it.each(['["0x03"]', '["0x03ff"]', '["0x03f9ffff"]', '["0x03c3c2"]'])('survives the junk %s', (params) => {
    expect(rawTransactionHash(params as RawJson)).toMatch(/^0x[0-9a-f]{64}$/);
  });
});
