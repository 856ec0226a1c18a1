import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { erc20Abi, parseEther } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOf, type CliChain, errorCode, startCliChain } from './fixtures/cliChain.ts';

const GOVERNOR = 0;
const GUARDIAN = 1;
const GATEWAY = 20;
const SIGNER = 21;
const PROVIDER = 5;
const ANYONE = 9;

let chain: CliChain;
beforeAll(async () => {
  chain = await startCliChain();
});
afterAll(() => chain?.stop());

const ok = async (account: number, ...argv: string[]) => {
  const result = await chain.din(account, [...argv, '--json']);
  if (result.code !== 0) throw new Error(result.err);
  return result.json();
};
const refused = async (account: number, ...argv: string[]) =>
  errorCode(await chain.din(account, [...argv, '--json']));
const status = () => ok(GATEWAY, 'escrow', 'status');
const tokensOf = (account: number) =>
  chain.client.readContract({
    address: chain.deployment.token,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [addressOf(account)],
  });

/** A file with what the key signed: `total` tokens in all from the gateway to the provider. */
async function voucher(key: number, total: string): Promise<string> {
  const argv = ['--provider', addressOf(PROVIDER), '--gateway', addressOf(GATEWAY), '--total', total];
  const signed = await chain.din(key, ['escrow', 'sign-voucher', ...argv]);
  const file = join(chain.dir, `voucher-${key}-${total}.json`);
  await writeFile(file, signed.out);
  return file;
}

test("a gateway's money, from the deposit over what providers collect to the last token back", async () => {
  await chain.mint(chain.deployment.token, addressOf(GATEWAY), 1_000n);
  expect(await status()).toMatchObject({ balance: '0', signers: [], collected: [], feeBps: 500 });
  expect(await refused(GATEWAY, 'escrow', 'deposit', '--amount', '1001')).toBe('INSUFFICIENT_BALANCE');
  const dry = await ok(GATEWAY, 'escrow', 'deposit', '--amount', '600', '--dry-run');
  expect(dry).toMatchObject({ balance: '0', transactions: [{ function: 'depositWithPermit' }] });
  expect(await ok(GATEWAY, 'escrow', 'deposit', '--amount', '600')).toMatchObject({ balance: '600' });

  // By the gateway's own key; anyone brings it, the provider is paid, less the fee.
  const first = await voucher(GATEWAY, '100');
  expect(await ok(ANYONE, 'escrow', 'collect', first, '--dry-run')).toMatchObject({ amount: '100' });
  expect(await ok(ANYONE, 'escrow', 'collect', first)).toMatchObject({ amount: '100', stillOwed: '0' });
  expect(await tokensOf(PROVIDER)).toBe(parseEther('95'));
  expect(await refused(ANYONE, 'escrow', 'collect', first)).toBe('NOTHING_TO_COLLECT');

  // By a key that the gateway authorized, and by one that it did not.
  const second = await voucher(SIGNER, '150');
  expect(await refused(ANYONE, 'escrow', 'collect', second)).toBe('CONTRACT_REFUSED');
  await ok(GATEWAY, 'escrow', 'authorize-signer', addressOf(SIGNER));
  expect(await refused(GATEWAY, 'escrow', 'authorize-signer', addressOf(SIGNER))).toBe('SIGNER_AUTHORIZED');
  expect(await ok(ANYONE, 'escrow', 'collect', second)).toMatchObject({ amount: '50' });
  expect(await status()).toMatchObject({
    balance: '450',
    signers: [{ signer: addressOf(SIGNER), revocableAt: null }],
    collected: [{ provider: addressOf(PROVIDER), total: '150' }],
  });

  // What thaws still pays; what the balance lacks stays owed.
  expect(await refused(GATEWAY, 'escrow', 'withdraw')).toBe('NOTHING_THAWING');
  await ok(GATEWAY, 'escrow', 'thaw', '--amount', '100');
  expect(await refused(GATEWAY, 'escrow', 'thaw', '--amount', '351')).toBe('NOT_THAWABLE');
  expect(await ok(GATEWAY, 'escrow', 'cancel-thaw')).toMatchObject({ amount: '100' });
  expect(await refused(GATEWAY, 'escrow', 'cancel-thaw')).toBe('NOTHING_THAWING');
  await ok(GATEWAY, 'escrow', 'thaw', '--all');
  expect(await refused(GATEWAY, 'escrow', 'withdraw')).toBe('STILL_THAWING');
  const third = await voucher(SIGNER, '200');
  await ok(ANYONE, 'escrow', 'collect', third);
  expect(await ok(GATEWAY, 'escrow', 'revoke-signer', addressOf(SIGNER))).toMatchObject({ authorized: true });
  expect(await refused(GATEWAY, 'escrow', 'revoke-signer', addressOf(SIGNER))).toBe('SIGNER_THAWING');
  await chain.passTime(151);
  expect(await ok(GATEWAY, 'escrow', 'revoke-signer', addressOf(SIGNER))).toMatchObject({
    authorized: false,
  });
  expect(await refused(GATEWAY, 'escrow', 'revoke-signer', addressOf(SIGNER))).toBe('SIGNER_NOT_AUTHORIZED');
  expect(await ok(GATEWAY, 'escrow', 'withdraw')).toMatchObject({ amount: '400' });
  expect(await tokensOf(GATEWAY)).toBe(parseEther('800'));
  const last = await voucher(GATEWAY, '201');
  expect(await refused(ANYONE, 'escrow', 'collect', last)).toBe('EMPTY_BALANCE');

  await ok(GATEWAY, 'escrow', 'deposit', '--amount', '10');
  const over = await chain.din(ANYONE, ['escrow', 'collect', await voucher(GATEWAY, '230'), '--json']);
  expect(over.err).toContain('the rest stays owed');
  expect(over.json()).toMatchObject({ amount: '10', stillOwed: '20' });
});

test('a pause of the escrow holds payments back', async () => {
  await chain.mint(chain.deployment.token, addressOf(GATEWAY), 10n);
  await ok(GATEWAY, 'escrow', 'deposit', '--amount', '10');
  const paused = await ok(GUARDIAN, 'pause', 'escrow');
  expect(paused).toMatchObject({ contract: 'escrow', pausedUntil: expect.any(Number) });
  expect(await status()).toMatchObject({ pausedUntil: paused.pausedUntil });
  expect(await refused(ANYONE, 'escrow', 'collect', await voucher(GATEWAY, '1000'))).toBe('PAUSED');
  expect(await ok(GOVERNOR, 'unpause', 'escrow')).toMatchObject({ pausedUntil: null });
  await ok(ANYONE, 'escrow', 'collect', await voucher(GATEWAY, '1000'));
});

test('a file that is no signed voucher is refused, with every fault of it', async () => {
  const file = join(chain.dir, 'nonsense.json');
  expect(await refused(ANYONE, 'escrow', 'collect', file)).toBe('VOUCHER_FILE');
  await writeFile(file, JSON.stringify({ gateway: '0x12', provider: addressOf(PROVIDER), total: -1 }));
  const wrong = await chain.din(ANYONE, ['escrow', 'collect', file]);
  for (const field of ['gateway', 'total', 'signer', 'signature']) expect(wrong.err).toContain(field);
  expect(wrong.err).not.toContain('provider:');
});
