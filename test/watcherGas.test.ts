import { parseEther, parseGwei, toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSettlementClient } from '../router/chain/settlementClient.ts';
import { createGasWatch } from '../router/watcher/gasWatch.ts';
import { devAccount } from '../scripts/devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';

const account = privateKeyToAccount(devAccount(4).privateKey).address;

let node: Anvil;
let logged: { readonly event: string; readonly fields: { readonly epochs?: number } }[];
beforeAll(async () => {
  // A unit of gas costs 1 gwei at all times.
  node = await startAnvil({
    chainId: 31337,
    flags: ['--gas-price', '1000000000', '--block-base-fee-per-gas', '0'],
  });
});
afterAll(() => node.stop());
beforeEach(() => {
  logged = [];
});

const client = () => createSettlementClient({ rpcUrls: [node.url] });
const setBalance = (wei: bigint) =>
  client().request({ method: 'anvil_setBalance' as never, params: [account, toHex(wei)] as never });

function watch(services: number, url = node.url) {
  const note = (fields: object, event: string) => void logged.push({ event, fields });
  return createGasWatch({
    client: createSettlementClient({ rpcUrls: [url], timeoutMs: 500 }),
    account,
    services: () => services,
    log: { debug: note, info: note, warn: note, error: note },
  });
}

const events = () => logged.map(({ event }) => event);
const epochs = () => logged.at(-1)?.fields.epochs ?? Number.NaN;

test('a balance for months is no news', async () => {
  await setBalance(parseEther('1'));
  await watch(100).check();
  expect(events()).toEqual(['gas_enough']);
  expect(epochs()).toBeGreaterThan(500);
});

test('a balance that lasts for some epochs only is said early, with how many', async () => {
  await setBalance(parseGwei('10000000'));
  await watch(100).check();
  expect(events()).toEqual(['gas_low']);
  expect(epochs()).toBeGreaterThan(5);
  expect(epochs()).toBeLessThan(50);
});

test('the more services a report is about, the fewer epochs the same balance lasts', async () => {
  await setBalance(parseEther('1'));
  await watch(5_000).check();
  expect(events()).toEqual(['gas_enough']);
  expect(epochs()).toBeLessThan(200);
});

test('an empty account is low, whatever gas costs', async () => {
  await setBalance(0n);
  await watch(1).check();
  expect(events()).toEqual(['gas_low']);
  expect(epochs()).toBe(0);
});

test('what an epoch really took counts when it was more than expected', async () => {
  const gas = watch(1);
  await setBalance(parseEther('10'));
  await gas.check();
  await setBalance(parseEther('9'));
  await gas.check();
  expect(events()).toEqual(['gas_enough', 'gas_low']);
  expect(epochs()).toBe(9);
  expect(gas.last()).toEqual({ balance: parseEther('9'), epochs: 9 });
  // Topped up: the next epoch is reckoned by the price alone.
  await setBalance(parseEther('10'));
  await gas.check();
  expect(events().at(-1)).toBe('gas_enough');
});

test('a balance that cannot be read is no failure', async () => {
  await watch(1, 'http://127.0.0.1:2').check();
  expect(events()).toEqual(['balance_unread']);
});
