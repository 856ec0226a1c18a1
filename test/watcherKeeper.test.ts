import { join } from 'node:path';
import { createPublicClient, custom, type Hex, type PublicClient } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readDeployParameters } from '../ignition/lib/deployParameters.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { type CaseKey, caseId, networkIdOf } from '../router/chain/commitment.ts';
import { devAccount } from '../scripts/devnet/devAccounts.ts';
import { signStatement } from '../scripts/gas/sign.ts';
import { deploySuccessor } from '../scripts/lib/deploySuccessor.ts';
import {
  EVERYTHING,
  GOVERNOR,
  GUARDIAN,
  type KeeperWorld,
  PROVIDERS,
  startKeeperWorld,
  WATCHER,
} from './fixtures/keeperWorld.ts';
import { createTestClock } from './fixtures/testClock.ts';

const WINDOW_SECONDS = 10_000;
const VETO_SECONDS = 600;
const APPEAL_SECONDS = 800;
const PAUSE_SECONDS = 5_000;
const PARAMETERS = {
  epochSeconds: 10,
  commitSeconds: WINDOW_SECONDS,
  revealSeconds: WINDOW_SECONDS,
  evidenceSeconds: WINDOW_SECONDS,
  vetoSeconds: VETO_SECONDS,
  appealSeconds: APPEAL_SECONDS,
  pauseSeconds: PAUSE_SECONDS,
  escrowThawSeconds: 10 * WINDOW_SECONDS,
  thawSeconds: 10 * WINDOW_SECONDS,
  courtChangeSeconds: 20 * WINDOW_SECONDS,
};
/** Accounts with nothing but gas. */
const [A, B, C] = [20, 21, 22] as const;
const [PROVIDER] = PROVIDERS;
const OUTAGE = [{ provider: PROVIDER, offence: 'outage' }] as const;

let world: KeeperWorld;
let snapshot: unknown;
beforeAll(async () => {
  world = await startKeeperWorld(PARAMETERS);
}, 120_000);
afterAll(() => world?.stop());
beforeEach(async () => {
  world.log.length = 0;
  snapshot = await world.anvil('evm_snapshot');
});
afterEach(async () => {
  await world.anvil('evm_revert', snapshot);
});

const court = () => ({ address: world.deployment.court, abi: slashingCourtAbi }) as const;
const vault = () => ({ address: world.deployment.vault, abi: stakeVaultAbi }) as const;
const idOf = (key: CaseKey) => caseId({ chainId: 31337, court: world.deployment.court }, key);
const logged = () => world.log.filter(({ level }) => level !== 'debug').map(({ event }) => event);
const complaints = () => world.log.filter(({ level }) => level === 'warn' || level === 'error');

/** Both send only when both have looked: so the second one always finds in a block that it was too late. */
function photoFinish(): PublicClient {
  let arrived = 0;
  let open = Promise.withResolvers<void>();
  return createPublicClient({
    transport: custom({
      async request({ method, params }) {
        if (method === 'eth_sendRawTransaction') {
          arrived += 1;
          const { promise, resolve } = open;
          if (arrived % 2 === 0) {
            resolve();
            open = Promise.withResolvers();
          }
          await promise;
        }
        return await world.anvil(method, ...(params ?? []));
      },
    }),
  });
}

test('two keepers after the same case, one restarted in between: opened once, executed once, no error', async () => {
  const [key] = await world.attest(OUTAGE);
  const cursors = world.cursors('restarted');
  const client = photoFinish();
  const a = world.keeper(A, { cursors, client });
  const b = world.keeper(B, { client });
  await Promise.all([world.step(a), world.step(b)]);
  expect(await world.opened()).toEqual([idOf(key!)]);
  await world.step(b);
  expect(await world.executed()).toEqual([]);

  await world.passTime(VETO_SECONDS);
  // The restarted one finds the open case from where the stored cursor stands.
  expect(cursors.cursor(world.deployment.court)).toBeDefined();
  const restarted = world.keeper(A, { cursors, client });
  await Promise.all([world.step(restarted), world.step(b)]);
  expect(await world.executed()).toEqual([idOf(key!)]);

  for (const keeper of [restarted, b, world.keeper(C)]) await world.step(keeper);
  expect(await world.executed()).toHaveLength(1);
  expect(world.log.filter(({ event }) => event === 'keeper_late')).toHaveLength(2);
  expect(
    logged()
      .filter((event) => event !== 'court_kept')
      .toSorted(),
  ).toEqual(['case_executed', 'case_opened']);
});

test('the keeper whose turn is later spends nothing on what the other has done', async () => {
  await world.attest(EVERYTHING);
  const clock = createTestClock();
  const first = world.keeper(A, { clock });
  const later = world.keeper(B, { clock, random: () => 0.9 });
  for (const due of [world.opened, world.executed]) {
    await world.step(later);
    expect((await world.step(first)).acts).toHaveLength(EVERYTHING.length);
    expect(await due()).toHaveLength(EVERYTHING.length);
    clock.skip(60_000);
    expect((await world.step(later)).acts).toEqual([]);
    await world.passTime(VETO_SECONDS);
  }
  expect(await world.nonce(B)).toBe(0);
  expect(complaints()).toEqual([]);
});

test('the keeper whose turn is later does it all when the first one is gone', async () => {
  await world.attest(EVERYTHING);
  const clock = createTestClock();
  const later = world.keeper(B, { clock, random: () => 0.9 });
  await world.step(later);
  expect(await world.opened()).toEqual([]);
  clock.skip(60_000);
  await world.step(later);
  expect(new Set(await world.opened()).size).toBe(EVERYTHING.length);
});

test('an appealed case is left alone until its decision is due, and a pause of the vault is waited out', async () => {
  const keeper = world.keeper(A);
  const [key] = await world.attest(OUTAGE);
  await world.step(keeper);
  await world.as(PROVIDER).simulateAndSend({ ...court(), functionName: 'appeal', args: [key!] });
  await world.passTime(VETO_SECONDS);
  await world.step(keeper);
  expect(await world.executed()).toEqual([]);

  await world.as(GUARDIAN).simulateAndSend({ ...vault(), functionName: 'pause' });
  await world.passTime(APPEAL_SECONDS);
  const nonce = await world.nonce(A);
  for (let look = 0; look < 3; look++) {
    expect((await world.step(keeper)).waiting).toMatchObject([{ id: idOf(key!) }]);
  }
  expect(await world.executed()).toEqual([]);
  expect(await world.nonce(A)).toBe(nonce);
  await world.passTime(PAUSE_SECONDS);
  await world.step(keeper);
  expect(await world.executed()).toEqual([idOf(key!)]);
  expect(logged()).toEqual(['court_kept', 'case_opened', 'execution_paused', 'case_executed']);
});

test('what waits for a pause is executed soon after the governor has ended it early', async () => {
  const keeper = world.keeper(A);
  await world.attest(OUTAGE);
  await world.step(keeper);
  await world.as(GUARDIAN).simulateAndSend({ ...vault(), functionName: 'pause' });
  await world.passTime(VETO_SECONDS);
  await world.step(keeper);
  await world.as(GOVERNOR).simulateAndSend({ ...vault(), functionName: 'unpause' });
  await world.passTime(600);
  await world.step(keeper);
  expect(await world.executed()).toHaveLength(1);
});

test.each([
  ['whose appeal was upheld', GOVERNOR, 'resolveAppeal'],
  ['that was vetoed', GUARDIAN, 'veto'],
] as const)('a case %s is dropped', async (_, account, functionName) => {
  const keeper = world.keeper(A);
  const [key] = await world.attest(OUTAGE);
  await world.step(keeper);
  await world.as(PROVIDER).simulateAndSend({ ...court(), functionName: 'appeal', args: [key!] });
  await (functionName === 'veto'
    ? world.as(account).simulateAndSend({ ...court(), functionName, args: [key!] })
    : world.as(account).simulateAndSend({ ...court(), functionName, args: [key!, true] }));
  await world.passTime(VETO_SECONDS + APPEAL_SECONDS);
  const nonce = await world.nonce(A);
  for (let look = 0; look < 3; look++) {
    expect(await world.step(keeper)).toMatchObject({ acts: [], waiting: [], failures: [] });
    await world.anvil('anvil_mine', 10);
  }
  expect(await world.executed()).toEqual([]);
  expect(await world.nonce(A)).toBe(nonce);
  expect(logged()).toEqual(['court_kept', 'case_opened']);
});

test('a case that a reorg threw out is opened again, an execution that it threw out is done again', async () => {
  const clock = createTestClock();
  const keeper = world.keeper(A, { clock });
  await world.attest(OUTAGE);
  await world.anvil('anvil_mine', 3);
  for (const done of [world.opened, world.executed]) {
    await world.step(keeper);
    expect(await done()).toHaveLength(1);
    await world.step(keeper);
    // Without its transactions.
    await world.anvil('anvil_reorg', 1, []);
    expect(await done()).toEqual([]);
    // It may also be that the endpoint does not know of it yet: nothing is sent twice at once.
    expect((await world.step(keeper)).acts).toEqual([]);
    clock.skip(60_000);
    await world.step(keeper);
    expect(await done()).toHaveLength(1);
    await world.passTime(VETO_SECONDS);
  }
  expect(complaints()).toEqual([]);
});

test('an offence whose evidence has expired costs nothing and is said by nobody', async () => {
  await world.attest(OUTAGE);
  await world.passTime(2 * WINDOW_SECONDS);
  const keeper = world.keeper(A);
  for (let look = 0; look < 3; look++) {
    expect(await world.step(keeper)).toMatchObject({ acts: [], failures: [], isComplete: true });
    await world.anvil('anvil_mine', 10);
  }
  expect(await world.nonce(A)).toBe(0);
  expect(logged()).toEqual(['court_kept']);
});

test('a first look goes as far back as a case can take, in ranges that the endpoint answers', async () => {
  await world.anvil('anvil_mine', 600, 60);
  await world.attest(OUTAGE);
  const asked: bigint[] = [];
  async function request({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> {
    if (method === 'eth_getLogs') {
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: Hex; toBlock: Hex }];
      if (BigInt(toBlock) - BigInt(fromBlock) >= 150n) throw new Error('block range is too wide');
      asked.push(BigInt(fromBlock));
    }
    return await world.anvil(method, ...params);
  }
  const client = createPublicClient({
    transport: custom({ request }, { retryCount: 0 }),
  });
  const now = await world.client.getBlock();
  const round = await world.step(world.keeper(A, { client }));
  expect(round).toMatchObject({ isComplete: true, acts: [{ act: 'open' }] });
  const first = await world.client.getBlock({ blockNumber: asked[0]! });
  const back = Number(now.timestamp - first.timestamp);
  const longest = 2 * WINDOW_SECONDS + VETO_SECONDS + APPEAL_SECONDS + PAUSE_SECONDS;
  expect(longest - back).toBeGreaterThanOrEqual(0);
  expect(longest - back).toBeLessThan(120);
  expect(complaints()).toEqual([]);
});

test('what was proven during a pause is collected when the pause is over', async () => {
  const height = 2n ** 64n - 1n;
  const network = networkIdOf('eip155:1');
  const statement = { network, height, finalized: true } as const;
  const [one, other] = [`0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`] as const;
  const signer = world.account(PROVIDER) as Parameters<typeof signStatement>[1];
  const signed = async (blockHash: Hex) => {
    const stated = { ...statement, blockHash };
    return [stated, await signStatement(world.deployment, signer, stated)] as const;
  };
  await world.as(GUARDIAN).simulateAndSend({ ...vault(), functionName: 'pause' });
  await world.as(B).simulateAndSend({
    ...{ ...court(), functionName: 'proveEquivocation' },
    args: [...(await signed(one)), ...(await signed(other))],
  });
  const keeper = world.keeper(A);
  expect((await world.step(keeper)).acts).toEqual([]);
  await world.passTime(PAUSE_SECONDS);
  const { acts } = await world.step(keeper);
  expect(acts).toMatchObject([{ act: 'execute', key: { epoch: height, network } }]);
  expect(await world.executed()).toEqual([acts[0]?.id]);
  expect(complaints()).toEqual([]);
});

test('a court that was replaced is kept until its cases are settled, and the new one from its first day', async () => {
  const { deployment } = world;
  const genesis = Number((await world.client.getBlock()).timestamp);
  const next = await deploySuccessor('court', {
    ...{ deployment, rpcUrl: world.settlement.url, deployerKey: devAccount(GOVERNOR).privateKey },
    parameters: await readDeployParameters('ignition/parameters/devnet.json', { ...PARAMETERS, genesis }),
    deploymentDir: join(world.dir, 'successor'),
    onProgress: () => undefined,
  });
  for (const { target: to, data } of next.calls) {
    const from = world.account(GOVERNOR).address;
    const hash = (await world.anvil('eth_sendTransaction', { from, to, data })) as Hex;
    await world.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
  }
  await world.passTime(PARAMETERS.courtChangeSeconds - WINDOW_SECONDS - 1_000);
  await world.attest(OUTAGE);
  const clock = createTestClock();
  const before = world.keeper(A, { clock });
  await world.step(before);
  await world.passTime(2_000);
  const registry = { address: deployment.registry, abi: providerRegistryAbi } as const;
  await world.as(C).simulateAndSend({ ...vault(), functionName: 'applyCourt' });
  await world.as(C).simulateAndSend({ ...registry, functionName: 'applyCourt' });

  // Between the change and its next look at who is in office, another keeper has come.
  const after = world.keeper(B, { clock });
  expect((await world.step(after)).acts).toMatchObject([{ act: 'execute', court: deployment.court }]);
  expect(await world.executed()).toHaveLength(1);
  expect((await world.step(before)).acts).toEqual([]);

  const hub = { address: next.deployment.hub, abi: watcherHubAbi } as const;
  const args = [world.account(WATCHER).address] as const;
  await world.as(GOVERNOR).simulateAndSend({ ...hub, functionName: 'admit', args });
  await world.as(WATCHER).simulateAndSend({ ...hub, functionName: 'join' });
  await world.attest(OUTAGE, next.deployment);
  clock.skip(60_000);
  expect((await world.step(before)).acts).toMatchObject([{ act: 'open', court: next.deployment.court }]);
  expect((await world.step(after)).acts).toEqual([]);
  expect(complaints()).toEqual([]);
});
