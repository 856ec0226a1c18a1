import { createMerkleProof, createMPT } from '@ethereumjs/mpt';
import { encode } from '@ethereumjs/rlp';
import fc from 'fast-check';
import type { Hex } from 'viem';
import { expect, test } from 'vitest';
import {
  judgeAccountProof,
  judgeBalance,
  judgeCode,
  judgeStorageAt,
  judgeTransactionCount,
  type ProvenAccount,
  proveAccount,
} from './account.ts';
import { bytesOf, bytesOfQuantity, hexOf, keccak256, quantityText } from './fields.ts';
import { mainnetProof, truthOf } from './mainnet.fixture.ts';
import { mutations } from './mutation.fixture.ts';
import { EMPTY_ROOT } from './orderedRoot.ts';

const { answer: realAnswer, stateRoot: realRoot } = mainnetProof;
const REAL = { stateRoot: realRoot, address: realAnswer.address, slots: ['0x1'] as Hex[] };
const NO_CODE = keccak256(new Uint8Array());

test('a real proof of an account and a slot is proven by the header of its block', async () => {
  const account = truthOf(await proveAccount(realAnswer, REAL));
  expect(account.balance).toBe('0x2fb161afe600a5b2605040');
  expect(judgeAccountProof(realAnswer, account, 'ethereum')).toEqual({ kind: 'proven' });
  expect(judgeBalance('0x2fb161afe600a5b2605040', account, 'ethereum')).toEqual({ kind: 'proven' });
  expect(judgeBalance('0x2fb161afe600a5b2605041', account, 'ethereum')).toEqual({
    kind: 'refuted',
    why: 'balance',
  });
  expect(judgeBalance('0x2fb161afe600a5b2605041', account, 'unknown').kind).toBe('unprovable');
  expect(judgeTransactionCount('0x2', account, 'ethereum')).toEqual({ kind: 'refuted', why: 'nonce' });
  expect(judgeStorageAt('0x0', '0x1', account, 'ethereum')).toEqual({ kind: 'refuted', why: 'storage' });
  expect(judgeStorageAt('0x0', '0x2', account, 'ethereum').kind).toBe('unprovable');
});

test('whatever is changed in a real answer, it never proves another account', async () => {
  const account = truthOf(await proveAccount(realAnswer, REAL));
  await fc.assert(
    fc.asyncProperty(
      mutations(realAnswer, ['accountProof', 'storageProof', 'storageProof.*.proof']),
      async ({ answer, path }) => {
        const proof = await proveAccount(answer, REAL);
        if (proof.kind === 'proven') {
          const { storage, ...rest } = proof.truth;
          expect({ ...rest, storage: account.storage }).toEqual(account);
          for (const [slot, value] of storage) expect(account.storage.get(slot)).toBe(value);
        }
        const isNode = path.includes('roof.') && !/\.(key|value)$/.test(path);
        const judged = judgeAccountProof(answer, account, 'ethereum');
        const withNodes =
          proof.kind === 'proven' && proof.truth.storage.has([...account.storage.keys()][0] as Hex);
        if (isNode) expect(withNodes).toBe(false);
        else expect(judged.kind).not.toBe('proven');
      },
    ),
    { numRuns: 150 },
  );
});

interface World {
  readonly accounts: readonly {
    readonly address: Hex;
    readonly nonce: bigint;
    readonly balance: bigint;
    readonly slots: readonly (readonly [slot: bigint, value: bigint])[];
  }[];
  readonly absent: Hex;
  readonly absentSlot: bigint;
}

const anyAddress = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hexOf);
const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const slots = fc.uniqueArray(
  fc.tuple(
    word,
    word.filter((value) => value > 0n),
  ),
  {
    maxLength: 20,
    selector: ([slot]) => slot,
  },
);
const worlds: fc.Arbitrary<World> = fc
  .record({
    accounts: fc.uniqueArray(
      fc.record({
        address: anyAddress,
        nonce: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        balance: word,
        slots,
      }),
      { minLength: 1, maxLength: 20, selector: ({ address }) => address },
    ),
    absent: anyAddress,
    absentSlot: word,
  })
  .filter(({ accounts, absent, absentSlot }) =>
    accounts.every(
      ({ address, slots }) => address !== absent && slots.every(([slot]) => slot !== absentSlot),
    ),
  );

/** The answers of a node that holds these accounts, made by the library, and what they are to prove. */
async function nodeOf({ accounts }: World) {
  const state = await createMPT({ useKeyHashing: true });
  const storages = new Map<Hex, Awaited<ReturnType<typeof createMPT>>>();
  for (const { address, nonce, balance, slots } of accounts) {
    const storage = await createMPT({ useKeyHashing: true });
    for (const [slot, value] of slots)
      await storage.put(slotKey(slot), encode(bytesOfQuantity(quantityText(value))));
    storages.set(address, storage);
    const items = [quantityText(nonce), quantityText(balance)].map(bytesOfQuantity);
    await state.put(bytesOf(address), encode([...items, storage.root(), bytesOf(NO_CODE)]));
  }
  return {
    stateRoot: hexOf(state.root()),
    storageHash: (address: Hex) => hexOf(storages.get(address)?.root() ?? bytesOf(EMPTY_ROOT)),
    async proof(address: Hex, slots: readonly bigint[]) {
      const storage = storages.get(address);
      const nodes = async (trie: typeof state | undefined, key: Uint8Array) =>
        trie === undefined ? [] : (await createMerkleProof(trie, key)).map(hexOf);
      return {
        accountProof: await nodes(state, bytesOf(address)),
        storageProof: await Promise.all(
          slots.map(async (slot) => ({
            key: quantityText(slot),
            proof: await nodes(storage, slotKey(slot)),
          })),
        ),
      };
    },
  };
}

function slotKey(slot: bigint): Uint8Array {
  return bytesOf(`0x${slot.toString(16).padStart(64, '0')}`);
}

test('any account of any state is proven, with its slots and those that it has not', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const node = await nodeOf(world);
      for (const { address, nonce, balance, slots } of world.accounts) {
        const asked = [...slots.map(([slot]) => slot), world.absentSlot];
        const question = { stateRoot: node.stateRoot, address, slots: asked.map(quantityText) };
        const account = truthOf(await proveAccount(await node.proof(address, asked), question));
        expect(account).toMatchObject({
          address,
          nonce: quantityText(nonce),
          balance: quantityText(balance),
          storageHash: node.storageHash(address),
        });
        for (const [slot, value] of [...slots, [world.absentSlot, 0n] as const])
          expect(judgeStorageAt(quantityText(value), quantityText(slot), account, 'ethereum').kind).toBe(
            'proven',
          );
      }
    }),
    { numRuns: 25 },
  );
});

test('an account that is not there is proven to hold nothing', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const node = await nodeOf(world);
      const question = {
        stateRoot: node.stateRoot,
        address: world.absent,
        slots: [quantityText(world.absentSlot)],
      };
      const account = truthOf(
        await proveAccount(await node.proof(world.absent, [world.absentSlot]), question),
      );
      expectNothing(account);
      expect(judgeBalance('0x1', account, 'ethereum')).toEqual({ kind: 'refuted', why: 'balance' });
      expect(judgeStorageAt('0x0', quantityText(world.absentSlot), account, 'ethereum').kind).toBe('proven');
    }),
    { numRuns: 25 },
  );
});

test('a proof that lacks nodes, or is one of another place, proves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.nat(), async (world, pick) => {
      const node = await nodeOf(world);
      const { address } = world.accounts[pick % world.accounts.length] as World['accounts'][0];
      const whole = await node.proof(address, []);
      const question = { stateRoot: node.stateRoot, address, slots: [] };
      for (let length = 0; length < whole.accountProof.length; length++) {
        const answer = { accountProof: whole.accountProof.slice(0, length), storageProof: [] };
        expect((await proveAccount(answer, question)).kind).toBe('unprovable');
      }
      const elsewhere = await proveAccount(await node.proof(world.absent, []), question);
      if (elsewhere.kind === 'proven') expect(elsewhere.truth.balance).not.toBe('0x0');
    }),
    { numRuns: 25 },
  );
});

test('the empty state needs no nodes', async () => {
  const question = { stateRoot: EMPTY_ROOT, address: realAnswer.address, slots: ['0x5' as Hex] };
  for (const answer of [{}, { accountProof: [] }, { accountProof: ['0x80'] }])
    expectNothing(truthOf(await proveAccount(answer, question)));
});

test('how nodes write an account that is not there: zero hashes or those of nothing', async () => {
  const account = truthOf(
    await proveAccount({}, { stateRoot: EMPTY_ROOT, address: realAnswer.address, slots: [] }),
  );
  const said = { address: realAnswer.address, balance: '0x0', nonce: '0x0', storageProof: [] };
  const zero = `0x${'0'.repeat(64)}`;
  for (const codeHash of [zero, NO_CODE]) {
    for (const storageHash of [zero, EMPTY_ROOT])
      expect(judgeAccountProof({ ...said, codeHash, storageHash }, account, 'ethereum')).toEqual({
        kind: 'proven',
      });
  }
  expect(judgeCode('0x', account, 'ethereum')).toEqual({ kind: 'proven' });
  expect(judgeCode('0x00', account, 'ethereum')).toEqual({ kind: 'refuted', why: 'code' });
});

test('accounts of another form than Ethereum’s prove nothing', async () => {
  for (const fields of [
    [],
    ['', '', ''],
    ['', '', '', '', ''],
    [['0x01'], '', bytesOf(EMPTY_ROOT), bytesOf(NO_CODE)],
  ]) {
    const state = await createMPT({ useKeyHashing: true });
    await state.put(bytesOf(realAnswer.address), encode(fields));
    const accountProof = (await createMerkleProof(state, bytesOf(realAnswer.address))).map(hexOf);
    const question = { stateRoot: hexOf(state.root()), address: realAnswer.address, slots: [] };
    expect(await proveAccount({ accountProof }, question)).toEqual({
      kind: 'unprovable',
      why: 'account of another form',
    });
  }
});

test('nodes that are too large, too many or too deep are not read', async () => {
  const nested = `0x${'c1'.repeat(100_000)}c0`;
  const many = Array.from({ length: 100_000 }, () => '0x80');
  for (const accountProof of [[nested], many, 'x', null, { length: 3 }])
    expect((await proveAccount({ accountProof }, REAL)).kind).toBe('unprovable');
});

function expectNothing(account: ProvenAccount): void {
  expect(account).toMatchObject({ nonce: '0x0', balance: '0x0', codeHash: NO_CODE, storageHash: EMPTY_ROOT });
}
