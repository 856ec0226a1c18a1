import fc from 'fast-check';
import {
  bytesToHex,
  type Hex,
  keccak256,
  numberToHex,
  parseTransaction,
  type TransactionSerializable,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { expect, test } from 'vitest';
import { hexOf } from './fields.ts';
import { mainnetBlocks } from './mainnet.fixture.ts';
import { readTransaction } from './transaction.ts';

const account = privateKeyToAccount(`0x${'46'.repeat(32)}`);

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => bytesToHex(value));
const wei = fc.bigInt({ min: 0n, max: 2n ** 96n });
const message = {
  nonce: fc.nat(2 ** 31),
  gas: fc.bigInt({ min: 0n, max: 2n ** 40n }),
  value: wei,
  data: fc.uint8Array({ maxLength: 100 }).map((value) => bytesToHex(value)),
};
const accessList = fc.array(
  fc.record({ address: bytes(20), storageKeys: fc.array(bytes(32), { maxLength: 3 }) }),
  {
    maxLength: 3,
  },
);
const fees = fc
  .tuple(wei, wei)
  .map(([tip, more]) => ({ maxFeePerGas: tip + more, maxPriorityFeePerGas: tip }));
const maybeNobody = fc.option(bytes(20), { nil: undefined });
const authorization = fc.record({
  chainId: fc.nat(10_000),
  address: bytes(20),
  nonce: fc.nat(10_000),
  yParity: fc.constantFrom(0, 1),
  r: bytes(32),
  s: bytes(32),
});

const typed = { ...message, chainId: fc.integer({ min: 1, max: 2 ** 40 }), accessList };
const transactions = fc.oneof(
  fc.record({
    ...message,
    type: fc.constant('legacy' as const),
    gasPrice: wei,
    to: maybeNobody,
    chainId: fc.option(fc.integer({ min: 1, max: 2 ** 40 }), { nil: undefined }),
  }),
  fc.record({ ...typed, type: fc.constant('eip2930' as const), gasPrice: wei, to: maybeNobody }),
  fc
    .tuple(fees, fc.record({ ...typed, type: fc.constant('eip1559' as const), to: maybeNobody }))
    .map(([fee, rest]) => ({ ...rest, ...fee })),
  fc
    .tuple(
      fees,
      fc.record({
        ...typed,
        type: fc.constant('eip4844' as const),
        to: bytes(20),
        maxFeePerBlobGas: wei,
        blobVersionedHashes: fc.array(
          bytes(31).map((digest) => `0x01${digest.slice(2)}` as Hex),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    )
    .map(([fee, rest]) => ({ ...rest, ...fee, sidecars: false as const })),
  fc
    .tuple(
      fees,
      fc.record({
        ...typed,
        type: fc.constant('eip7702' as const),
        to: bytes(20),
        authorizationList: fc.array(authorization, { minLength: 1, maxLength: 3 }),
      }),
    )
    .map(([fee, rest]) => ({ ...rest, ...fee })),
) as fc.Arbitrary<TransactionSerializable>;

const TYPES: Record<string, string> = {
  legacy: '0x0',
  eip2930: '0x1',
  eip1559: '0x2',
  eip4844: '0x3',
  eip7702: '0x4',
};

/** What a node answers for a signed transaction. */
function answerOf(serialized: Hex): Record<string, unknown> {
  const parsed = parseTransaction(serialized) as Record<string, unknown>;
  const number = (value: unknown) => numberToHex(BigInt((value ?? 0) as bigint));
  const { type } = parsed;
  return {
    type: TYPES[type as string],
    ...(type === 'legacy'
      ? { v: number(parsed.v) }
      : { yParity: number(parsed.yParity), chainId: number(parsed.chainId) }),
    nonce: number(parsed.nonce),
    gas: number(parsed.gas),
    value: number(parsed.value),
    gasPrice: number(parsed.gasPrice),
    maxFeePerGas: number(parsed.maxFeePerGas),
    maxPriorityFeePerGas: number(parsed.maxPriorityFeePerGas),
    maxFeePerBlobGas: number(parsed.maxFeePerBlobGas),
    to: parsed.to ?? null,
    input: parsed.data ?? '0x',
    accessList: parsed.accessList ?? [],
    blobVersionedHashes: parsed.blobVersionedHashes ?? [],
    authorizationList: ((parsed.authorizationList ?? []) as Record<string, unknown>[]).map((item) => ({
      ...item,
      chainId: number(item.chainId),
      nonce: number(item.nonce),
      yParity: number(item.yParity),
    })),
    r: parsed.r,
    s: parsed.s,
  };
}

test('a transaction of any type is encoded as viem does, and its signer is found', async () => {
  await fc.assert(
    fc.asyncProperty(transactions, async (transaction) => {
      const serialized = await account.signTransaction(transaction);
      const read = readTransaction(answerOf(serialized));
      expect(read && hexOf(read.encoding)).toBe(serialized);
      expect(read?.hash).toBe(keccak256(serialized));
      expect(read?.sender()).toBe(account.address.toLowerCase());
    }),
    { numRuns: 60 },
  );
});

test.each(mainnetBlocks)('the hashes and senders of a real block of $fork are found', ({ block }) => {
  for (const answer of block.transactions) {
    const read = readTransaction(answer);
    expect(read?.hash).toBe(answer.hash);
    expect(read?.sender()).toBe(answer.from);
  }
});

test('a transaction of a type that is not known, or without a field, is not read', () => {
  const answer = mainnetBlocks[1]?.block.transactions[0] ?? {};
  expect(readTransaction(answer)).toBeDefined();
  for (const type of ['0x7e', '0x6', '0x64', 2, 'legacy'])
    expect(readTransaction({ ...answer, type })).toBeUndefined();
  for (const name of ['nonce', 'gasPrice', 'gas', 'to', 'value', 'input', 'v', 'r', 's'])
    expect(readTransaction({ ...answer, [name]: undefined })).toBeUndefined();
});

test('a signature that is none has no signer', () => {
  const answer = { ...mainnetBlocks[1]?.block.transactions[0], r: '0x0', s: '0x0' };
  expect(readTransaction(answer)?.sender()).toBeUndefined();
});
