import type { LocalAccount } from 'viem';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { type CaseKey, caseId, networkIdOf, offenceValue } from '../router/chain/commitment.ts';
import { createTransactor } from '../router/chain/transact.ts';
import type { TestGateway } from './fixtures/gatewayClient.ts';
import { OUTAGE, type RecordWorld, startRecordWorld, WAIT } from './fixtures/recordWorld.ts';
import { devAccount, governor, SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';
import { passTime, speak, WIDE_EPOCHS } from './fixtures/watcherWords.ts';

const ROLE_PROVIDER = 0;
const NETWORK = networkIdOf('eip155:1337');
const FIGURES = { samples: 20, p95BlockLag: 0, mismatches: 0, ...OUTAGE };
const guardian = devAccount(1);

let world: RecordWorld;

beforeAll(async () => {
  world = await startRecordWorld();
  // Enough for what is slashed and for an appeal.
  await world.stake(world.bad, 1n);
}, 60_000);
afterAll(() => world?.stop());
afterEach(async () => {
  await world.closeGateways();
  await world.forget();
});

const as = (account: LocalAccount) => createTransactor({ client: world.chain.client, account });
const court = () => ({ address: world.chain.deployment.court, abi: slashingCourtAbi }) as const;
const vault = () => ({ address: world.chain.deployment.vault, abi: stakeVaultAbi }) as const;

/** All three attest an outage of the bad provider, and the case that follows is opened. */
async function openCase(): Promise<CaseKey> {
  const key = { provider: world.bad.address, network: NETWORK, offence: offenceValue('outage') };
  const attesting = world.speeches([], [], []).map((speech) => ({
    ...speech,
    breaches: [{ ...key, ...FIGURES }],
  }));
  const epoch = await speak(world.chain, attesting);
  await as(governor).simulateAndSend({
    ...court(),
    functionName: 'openCase',
    args: [epoch, key.provider, key.network, key.offence],
  });
  return { ...key, epoch };
}

/** Who is routed to at the first sight of a settlement block, or of a later one. */
async function routedAt(gateway: TestGateway, block: bigint): Promise<boolean[]> {
  let status = await gateway.status();
  await expect
    .poll(async () => {
      status = await gateway.status();
      return status.settlement?.block ?? -1;
    }, WAIT)
    .toBeGreaterThanOrEqual(Number(block));
  const services = status.networks[0]?.services ?? [];
  return [world.good, world.bad].map(({ address }) => services.some(({ provider }) => provider === address));
}

test('a case that is open, appealed or vetoed leaves the routing untouched, and shows with its deadlines', async () => {
  const gateway = await world.start();
  await expect.poll(() => world.factorsAt(gateway), WAIT).toEqual([1, 1]);
  const weights = await world.weightsAt(gateway);
  const untouched = async () => {
    await world.seen(gateway);
    expect(await world.weightsAt(gateway)).toEqual(weights);
    expect(await world.factorsAt(gateway)).toEqual([1, 1]);
  };
  const stake = (await world.pageAt(gateway, world.bad)).stake;
  expect(stake).toMatchObject({ thawing: '0', locked: '0', counts: stake.tokens });

  const key = await openCase();
  await passTime(world.chain, 1);
  await expect.poll(async () => (await world.pageAt(gateway, world.bad)).cases, WAIT).toHaveLength(1);
  await world.seen(gateway);
  const page = await world.pageAt(gateway, world.bad);
  const { executableAt } = await world.chain.client.readContract({
    ...court(),
    functionName: 'caseOf',
    args: [caseId({ chainId: SETTLEMENT_CHAIN_ID, court: court().address }, key)],
  });
  expect(page.cases?.[0]).toMatchObject({
    ...{ network: 'devnet', epoch: Number(key.epoch), offence: 'outage', state: 'open' },
    ...{ vetoUntil: executableAt, appealUntil: executableAt, decisionUntil: null, executableAt },
    amount: page.stake.locked,
  });
  expect((await world.pageAt(gateway, world.good)).cases).toEqual([]);
  await untouched();
  // A gateway that starts now looks for what is pending in the past.
  const another = await world.start();
  await expect.poll(async () => (await world.pageAt(another, world.bad)).cases, WAIT).toEqual(page.cases);

  await as(world.bad).simulateAndSend({ ...court(), functionName: 'appeal', args: [key] });
  await passTime(world.chain, 1);
  await expect
    .poll(async () => (await world.pageAt(gateway, world.bad)).cases?.[0]?.state, WAIT)
    .toBe('appealed');
  const appealed = (await world.pageAt(gateway, world.bad)).cases?.[0];
  expect(appealed?.executableAt).toBeGreaterThan(executableAt);
  expect(appealed).toMatchObject({ appealUntil: null, decisionUntil: appealed?.executableAt });
  await untouched();

  await as(guardian).simulateAndSend({ ...court(), functionName: 'veto', args: [key] });
  await passTime(world.chain, 1);
  await expect.poll(async () => (await world.pageAt(gateway, world.bad)).cases, WAIT).toEqual([]);
  await untouched();
  expect(await world.pageAt(gateway, world.bad)).toMatchObject({ stake, jailedUntil: null });
  expect(await routedAt(gateway, await world.chain.client.getBlockNumber())).toEqual([true, true]);
}, 180_000);

test('an executed case puts its provider out with the very block, and the jail’s end back in', async () => {
  const gateway = await world.start();
  const key = await openCase();
  await passTime(world.chain, WIDE_EPOCHS.vetoSeconds);
  await world.seen(gateway);
  expect(await routedAt(gateway, 0n)).toEqual([true, true]);
  const { blockNumber } = await as(world.good).simulateAndSend({
    ...court(),
    functionName: 'execute',
    args: [key],
  });
  expect(await routedAt(gateway, blockNumber)).toEqual([true, false]);
  const { jailedUntil, stake, services } = await world.pageAt(gateway, world.bad);
  const { timestamp } = await world.chain.client.getBlock();
  expect(jailedUntil).toBeGreaterThan(Number(timestamp));
  expect(services[0]).toMatchObject({ status: 'live', active: false });
  expect(stake.locked).toBe('0');
  await passTime(world.chain, Number(jailedUntil) - Number(timestamp) + 1);
  expect(await routedAt(gateway, await world.chain.client.getBlockNumber())).toEqual([true, true]);
}, 180_000);

test('a provider whose stake thaws below what its services need is out with the very block', async () => {
  const gateway = await world.start();
  await world.seen(gateway);
  const { tokens, required } = (await world.pageAt(gateway, world.bad)).stake;
  const spare = BigInt(tokens) - BigInt(required);
  const thawed = await as(world.bad).simulateAndSend({
    ...vault(),
    functionName: 'thaw',
    args: [ROLE_PROVIDER, spare + 1n],
  });
  expect(await routedAt(gateway, thawed.blockNumber)).toEqual([true, false]);
  expect((await world.pageAt(gateway, world.bad)).stake).toMatchObject({ thawing: String(spare + 1n) });
  const back = await as(world.bad).simulateAndSend({
    ...vault(),
    functionName: 'cancelThaw',
    args: [ROLE_PROVIDER],
  });
  expect(await routedAt(gateway, back.blockNumber)).toEqual([true, true]);
}, 180_000);
