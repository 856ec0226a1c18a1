import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startGateway } from '../router/bin/gateway.ts';
import { checkConfig } from '../router/config/load.ts';
import { systemClock } from '../router/core/clock.ts';
import { rpc } from '../scripts/devnet/anvilProcess.ts';
import { DEV_ROLES, devAccount, devAccounts } from '../scripts/devnet/devAccounts.ts';
import { createFaultSwitch } from '../scripts/devnet/faultSwitch.ts';
import { checkLedger } from '../scripts/devnet/load/ledger.ts';
import { createLoad, type Load } from '../scripts/devnet/load/load.ts';
import { createSender } from '../scripts/devnet/load/sender.ts';
import { askTruth, type Truth } from '../scripts/devnet/load/truth.ts';
import { type ProviderNode, startProviderNode } from '../scripts/devnet/providerNode.ts';
import { until } from '../scripts/devnet/until.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';

const USERS = devAccounts(DEV_ROLES.firstUser, 3);

let anvil: Anvil;
let provider: ProviderNode;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let truth: Truth;
let load: Load;
let firstNonces: Map<`0x${string}`, number>;

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 1337, flags: ['--accounts', '40'] });
  await rpc(anvil.url, 'anvil_mine', ['0xc']);
  provider = await startProviderNode({ nodeUrl: anvil.url, port: 0, controlPort: 0, exit: () => {} });
});
afterAll(async () => {
  await provider.close();
  await anvil.stop();
});
beforeEach(async () => {
  // A new one each time: it would hold the last test's faults against the provider.
  gateway = await startGateway({
    config: await checkConfig({
      listen: '127.0.0.1:0',
      networks: [{ id: 'eip155:1337', slug: 'devnet', upstreams: [{ name: 'own', url: provider.url }] }],
      log: { level: 'silent' },
    }),
  });
  const ready = async () => ((await fetch(`${gateway.url}/readyz`)).status === 200 ? true : undefined);
  await until('the gateway is ready', ready, 10_000);
  const addresses = USERS.map(({ address }) => address);
  truth = await askTruth(anvil.url, addresses, devAccount(DEV_ROLES.idle).address);
  firstNonces = new Map();
  const senders = [];
  for (const user of USERS) {
    const nonce = Number(await rpc(anvil.url, 'eth_getTransactionCount', [user.address, 'latest']));
    firstNonces.set(user.address, nonce);
    senders.push(createSender(user, 1337, devAccount(DEV_ROLES.treasury).address, nonce));
  }
  load = createLoad({
    url: `${gateway.url}/devnet`,
    truth,
    senders,
    concurrency: 8,
    clock: systemClock,
    random: Math.random,
  });
});
afterEach(async () => {
  await load.pause();
  await load.close();
  await gateway.close();
  await createFaultSwitch(provider.controlUrl).set({ mode: 'none' });
});

const calls = (count: number) =>
  until(`${count} calls`, () => (load.stats().calls >= count ? true : undefined), 20_000);
const ledger = (sent = load.stats().transactions, timeoutMs = 5000) =>
  checkLedger({ nodeUrl: anvil.url, sent, firstNonces, afterBlock: truth.head, timeoutMs });

test('right answers with kept ids count as right, batches and transactions too', async () => {
  load.run(8, 0);
  await calls(500);
  await load.pause();
  const { failed, failures, batches, transactions } = load.stats();
  expect({ failed, failures }).toEqual({ failed: 0, failures: [] });
  expect(batches).toBeGreaterThan(0);
  expect(transactions.length).toBeGreaterThan(0);
  expect(await ledger()).toEqual([]);
});

test('a lie about balances and hashes is noticed', async () => {
  await createFaultSwitch(provider.controlUrl).set({ mode: 'wrong' });
  load.run(4, 0);
  await calls(100);
  await load.pause();
  expect(load.stats().failures.join('\n')).toContain('expected');
});

test('calls that nobody can answer count as failed', async () => {
  await createFaultSwitch(provider.controlUrl).set({ mode: 'status500' });
  load.run(4, 0);
  await calls(20);
  await load.pause();
  expect(load.stats().failed).toBeGreaterThan(0);
});

test('the ledger names a transaction that was lost, and one that nobody sent', async () => {
  load.run(4, 0);
  await until('transactions', () => (load.stats().transactions.length >= 3 ? true : undefined), 20_000);
  await load.pause();
  const { transactions } = load.stats();
  const lost = {
    ...USERS[0],
    from: USERS[0]?.address ?? '0x',
    nonce: 999,
    raw: '0x',
    hash: '0xdead',
  } as const;
  expect((await ledger([...transactions, lost], 100)).join('\n')).toContain('0xdead');
  const [forgotten, ...others] = transactions;
  expect((await ledger(others, 100)).join('\n')).toContain(
    `${forgotten?.hash} is in a block and was never sent`,
  );
});
