import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Abi,
  type Address,
  createWalletClient,
  type Hex,
  http,
  type LocalAccount,
  type PublicClient,
  parseEther,
  parseEventLogs,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mockTokenAbi } from '../router/chain/abi/mockToken.ts';
import { paymentEscrowAbi } from '../router/chain/abi/paymentEscrow.ts';
import { createSettlementClient } from '../router/chain/settlementClient.ts';
import { createTransactor } from '../router/chain/transact.ts';
import { signVoucher, type VoucherDomain } from '../router/chain/voucher.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { devAccount, SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';

const THAW_SECONDS = 30 * 24 * 3_600;
const PAUSE_SECONDS = 14 * 24 * 3_600;
const FEE_BPS = 500;
const DEPOSIT = parseEther('100');
// Of the whole transaction, the token's transfer included.
const COLLECT_AGAIN_GAS = 65_000n;
// A key's authorization is one more cold slot to read.
const COLLECT_AGAIN_BY_KEY_GAS = 67_400n;

const deployer = devAccount(0);
const gateway = devAccount(1);
const collector = devAccount(2);
// Fixed, for a zero byte in an address costs less gas; the first two hold nothing on a new chain.
const provider = privateKeyToAccount(`0x${'a1'.repeat(32)}`).address;
const treasury = privateKeyToAccount(`0x${'a2'.repeat(32)}`).address;
const hotKey = devAccount(3);
const stranger = devAccount(4);

let anvil: Anvil;
let client: PublicClient;
let token: { address: Address; abi: typeof mockTokenAbi };
let escrow: { address: Address; abi: typeof paymentEscrowAbi };
let domain: VoucherDomain;

const as = (account: LocalAccount) => createTransactor({ client, account });

beforeAll(async () => {
  anvil = await startAnvil({ chainId: SETTLEMENT_CHAIN_ID });
  client = createSettlementClient({ rpcUrls: [anvil.url] });
  token = { address: await deployArtifact('contracts/mocks/MockToken.sol/MockToken', []), abi: mockTokenAbi };
  const accessManager = await deployArtifact(
    '@openzeppelin/contracts/access/manager/AccessManager.sol/AccessManager',
    [deployer.address],
  );
  const address = await deployArtifact('contracts/PaymentEscrow.sol/PaymentEscrow', [
    token.address,
    treasury,
    accessManager,
    THAW_SECONDS,
    PAUSE_SECONDS,
    FEE_BPS,
  ]);
  escrow = { address, abi: paymentEscrowAbi };
  domain = { chainId: SETTLEMENT_CHAIN_ID, escrow: address };
  const payer = as(gateway);
  await payer.simulateAndSend({ ...token, functionName: 'mint', args: [gateway.address, DEPOSIT] });
  await payer.simulateAndSend({ ...token, functionName: 'approve', args: [address, DEPOSIT] });
  await payer.simulateAndSend({ ...escrow, functionName: 'deposit', args: [gateway.address, DEPOSIT] });
  await payer.simulateAndSend({ ...escrow, functionName: 'authorizeSigner', args: [hotKey.address] });
});

afterAll(() => anvil?.stop());

it('pays a provider by vouchers of either key, cheaply, and the gateway the rest after the thaw', async () => {
  const first = await collect(parseEther('10'), gateway);
  const again = await collect(parseEther('25'), gateway);
  const byHotKey = await collect(parseEther('40'), hotKey);
  console.info(
    'gas of collect: first',
    first.gasUsed,
    'again',
    again.gasUsed,
    'by a hot key',
    byHotKey.gasUsed,
  );
  expect(again.gasUsed).toBeLessThanOrEqual(COLLECT_AGAIN_GAS);
  expect(byHotKey.gasUsed).toBeLessThanOrEqual(COLLECT_AGAIN_BY_KEY_GAS);
  const [last] = parseEventLogs({ abi: escrow.abi, eventName: 'Collected', logs: byHotKey.logs });
  expect(last?.args).toMatchObject({
    gateway: gateway.address,
    provider,
    collector: collector.address,
    amount: parseEther('15'),
    fee: parseEther('0.75'),
    collected: parseEther('40'),
    balance: parseEther('60'),
    thawing: 0n,
    fees: parseEther('2'),
  });
  expect(await balanceOf(provider)).toBe(parseEther('38'));

  await expect(collect(parseEther('25'), gateway)).rejects.toMatchObject({ errorName: 'NothingToCollect' });
  await expect(collect(parseEther('50'), stranger)).rejects.toMatchObject({
    errorName: 'SignerNotAuthorized',
  });

  const payer = as(gateway);
  await payer.simulateAndSend({ ...escrow, functionName: 'thaw', args: [parseEther('60')] });
  const withdraw = () =>
    payer.simulateAndSend({ ...escrow, functionName: 'withdraw', args: [gateway.address] });
  await expect(withdraw()).rejects.toMatchObject({ errorName: 'StillThawing' });
  await rpc('evm_increaseTime', THAW_SECONDS);
  await rpc('evm_mine');
  await withdraw();
  expect(await balanceOf(gateway.address)).toBe(parseEther('60'));
  await as(collector).simulateAndSend({ ...escrow, functionName: 'payFees', args: [] });
  expect(await balanceOf(treasury)).toBe(parseEther('2'));
  expect(await balanceOf(escrow.address)).toBe(0n);
});

async function collect(total: bigint, signer: LocalAccount) {
  const voucher = { gateway: gateway.address, provider, total };
  const signature = await signVoucher(domain, voucher, signer);
  const args = [voucher, signer.address, signature] as const;
  return await as(collector).simulateAndSend({ ...escrow, functionName: 'collect', args });
}

/** anvil's own methods. */
async function rpc(method: string, ...params: unknown[]): Promise<unknown> {
  return await client.request<{ Parameters: unknown[]; ReturnType: unknown }>({ method, params });
}

async function balanceOf(account: Address): Promise<bigint> {
  return await client.readContract({ ...token, functionName: 'balanceOf', args: [account] });
}

async function deployArtifact(path: string, args: readonly unknown[]): Promise<Address> {
  const file = join(import.meta.dirname, '../artifacts', `${path}.json`);
  const { abi, bytecode }: { abi: Abi; bytecode: Hex } = JSON.parse(await readFile(file, 'utf8'));
  const wallet = createWalletClient({ account: deployer, transport: http(anvil.url) });
  const hash = await wallet.deployContract({ abi, bytecode, args, chain: null });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  if (!contractAddress) throw new Error(`${path} was not deployed`);
  return contractAddress;
}
