import { encodeFunctionData, parseAbi, parseEther } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { createTransactor } from '../router/chain/transact.ts';
import {
  APPEAL_SECONDS,
  type CaseChain,
  GOVERNOR,
  GUARDIAN,
  PROVIDER,
  REVEAL_SECONDS,
  startCaseChain,
  VETO_SECONDS,
  WATCHER,
} from './fixtures/caseChain.ts';
import { addressOf, keyOf } from './fixtures/cliChain.ts';

const KEEPER = 9;
/** What vault and registry have in common. */
const REPLACEABLE = parseAbi(['function proposeCourt(address)', 'function applyCourt()']);

let chain: CaseChain;
let snapshot: unknown;
beforeAll(async () => {
  chain = await startCaseChain();
});
afterAll(() => chain?.stop());

// Every test begins with the same provider, watcher and time.
beforeEach(async () => {
  snapshot = await rpc('evm_snapshot');
});
afterEach(async () => {
  await rpc('evm_revert', snapshot);
});

const rpc = (method: string, ...params: unknown[]) =>
  chain.client.request<{ Parameters: unknown[]; ReturnType: unknown }>({ method, params });
const status = () => chain.ok(PROVIDER, 'provider', 'status');
const cases = async (...argv: string[]) => (await chain.ok(KEEPER, 'case', 'list', ...argv)).cases;

test('the status shows an open case with what it locks, then the slash and the jail', async () => {
  const { id, key } = await chain.openCase();
  expect(await status()).toMatchObject({
    jailedUntil: null,
    stake: { tokens: '2000', active: '2000', locked: '40', lockedByRetiredCourt: '0', pausedUntil: null },
    services: [{ active: true, reason: null }],
    openCases: [
      { id, network: 'devnet', offence: 'outage', epoch: String(key.epoch), state: 'open', amount: '40' },
    ],
    overturnedCases: [],
  });
  expect((await chain.din(PROVIDER, ['provider', 'status'])).out).toMatch(
    /devnet +outage +\d+ +40 DINDEV +open/,
  );

  expect(await chain.refused(KEEPER, 'case', 'execute', id)).toBe('CASE_TOO_EARLY');
  await chain.passTime(VETO_SECONDS + 1);
  expect(await chain.refused(PROVIDER, 'provider', 'appeal', id)).toBe('CASE_TOO_LATE');
  expect(await chain.refused(GUARDIAN, 'case', 'veto', id)).toBe('CASE_TOO_LATE');
  const executed = await chain.ok(KEEPER, 'case', 'execute', id);
  expect(executed).toMatchObject({ caseId: id, provider: addressOf(PROVIDER), slashed: '40' });
  expect(await chain.refused(KEEPER, 'case', 'execute', id)).toBe('CASE_STATE');
  const jailed = await status();
  expect(jailed).toMatchObject({
    stake: { tokens: '1960', active: '1960', locked: '0' },
    services: [{ status: 'live', active: false, reason: expect.stringMatching(/^jailed until /) }],
    openCases: [],
  });
  expect(jailed.jailedUntil).toBe(executed.jailedUntil);
  await chain.passTime(31);
  expect(await status()).toMatchObject({ jailedUntil: null, services: [{ active: true }] });
});

test('cases are listed, the open ones or all', async () => {
  expect((await chain.din(KEEPER, ['case', 'list'])).out).toBe('no case is open');
  const { id } = await chain.openCase();
  const open = { id, provider: addressOf(PROVIDER), network: 'devnet', offence: 'outage', amount: '40' };
  expect(await cases()).toMatchObject([{ ...open, state: 'open', executable: false }]);
  expect(await cases('--provider', addressOf(WATCHER))).toEqual([]);
  await chain.passTime(VETO_SECONDS + 1);
  expect(await cases('--provider', addressOf(PROVIDER))).toMatchObject([{ executable: true }]);
  await chain.ok(KEEPER, 'case', 'execute', id);
  expect(await cases()).toEqual([]);
  expect(await cases('--all')).toMatchObject([{ ...open, state: 'executed', executable: false }]);
  expect((await chain.din(KEEPER, ['case', 'list', '--all'])).out).toMatch(
    /outage +\d+ +40 DINDEV +executed/,
  );
});

test('an appeal that is upheld frees amount and bond', async () => {
  const { id } = await chain.openCase();
  const dry = await chain.ok(PROVIDER, 'provider', 'appeal', id, '--dry-run');
  expect(dry).toMatchObject({ dryRun: true, bond: '100', transactions: [{ function: 'appeal' }] });
  expect(await status()).toMatchObject({ stake: { locked: '40' } });

  expect(await chain.refused(GOVERNOR, 'case', 'resolve', id, '--uphold')).toBe('CASE_STATE');
  expect(await chain.ok(PROVIDER, 'provider', 'appeal', id)).toMatchObject({ caseId: id, bond: '100' });
  expect(await status()).toMatchObject({
    stake: { locked: '140' },
    openCases: [{ id, state: 'appealed', amount: '40' }],
  });
  expect(await chain.refused(PROVIDER, 'provider', 'appeal', id)).toBe('CASE_STATE');
  expect(await chain.refused(KEEPER, 'case', 'resolve', id, '--uphold')).toBe('NOT_GOVERNOR');
  expect(await chain.refused(GOVERNOR, 'case', 'resolve', id)).toBe('USAGE');

  const resolved = await chain.ok(GOVERNOR, 'case', 'resolve', id, '--uphold');
  expect(resolved).toMatchObject({ upheld: true, announced: false });
  expect(await status()).toMatchObject({
    stake: { tokens: '2000', locked: '0' },
    openCases: [],
    overturnedCases: [{ id, state: 'overturned' }],
  });
});

test('an appeal that is rejected, or not decided in time, costs bond and amount', async () => {
  const { id } = await chain.openCase();
  await chain.ok(PROVIDER, 'provider', 'appeal', id);
  expect(await chain.ok(GOVERNOR, 'case', 'resolve', id, '--reject')).toMatchObject({ upheld: false });
  expect(await status()).toMatchObject({ stake: { tokens: '1860', locked: '0' } });

  const second = await chain.openCase();
  await chain.ok(PROVIDER, 'provider', 'appeal', second.id);
  await chain.passTime(VETO_SECONDS + 1);
  expect(await chain.refused(KEEPER, 'case', 'execute', second.id)).toBe('CASE_TOO_EARLY');
  await chain.passTime(APPEAL_SECONDS);
  expect(await chain.refused(GOVERNOR, 'case', 'resolve', second.id, '--uphold')).toBe('CASE_TOO_LATE');
  await chain.ok(KEEPER, 'case', 'execute', second.id);
  expect((await status()).openCases).toEqual([]);
});

test('an appeal is refused to others, for a case that nobody knows, and without the bond', async () => {
  const { id } = await chain.openCase();
  expect(await chain.refused(KEEPER, 'provider', 'appeal', id)).toBe('NOT_YOUR_CASE');
  expect(await chain.refused(PROVIDER, 'provider', 'appeal', `0x${'11'.repeat(32)}`)).toBe('UNKNOWN_CASE');
  expect(await chain.refused(PROVIDER, 'provider', 'appeal', '0x11')).toBe('USAGE');
  const court = chain.deployment.court;
  await rpc('anvil_impersonateAccount', court);
  await rpc('anvil_setBalance', court, '0x56bc75e2d63100000');
  const args = [0, addressOf(PROVIDER), parseEther('1900')] as const;
  const data = encodeFunctionData({ abi: stakeVaultAbi, functionName: 'lock', args });
  await rpc('eth_sendTransaction', { from: court, to: chain.deployment.vault, data });
  const poor = await chain.din(PROVIDER, ['provider', 'appeal', id]);
  expect(poor.err).toContain('INSUFFICIENT_STAKE');
  expect(poor.err).toContain('din provider stake --amount 40');
});

test('the guardian vetoes an open or appealed case, and nobody else does', async () => {
  const { id } = await chain.openCase();
  expect(await chain.refused(GOVERNOR, 'case', 'veto', id)).toBe('NOT_GUARDIAN');
  expect(await chain.ok(GUARDIAN, 'case', 'veto', id)).toMatchObject({ caseId: id, released: '40' });
  expect(await status()).toMatchObject({ stake: { tokens: '2000', locked: '0' }, openCases: [] });
  const second = await chain.openCase();
  await chain.ok(PROVIDER, 'provider', 'appeal', second.id);
  await chain.ok(GUARDIAN, 'case', 'veto', second.id);
  expect(await status()).toMatchObject({ stake: { tokens: '2000', locked: '0' } });
  expect(await cases('--all')).toMatchObject([{ state: 'vetoed' }, { state: 'vetoed' }]);
});

test('a pause holds executions and withdrawals back, and shows in the status', async () => {
  const { id } = await chain.openCase();
  await chain.ok(PROVIDER, 'provider', 'thaw', '--amount', '500');
  await chain.passTime(10_001);
  expect(await chain.refused(KEEPER, 'pause', 'vault')).toBe('NOT_GUARDIAN');
  expect(await chain.refused(GOVERNOR, 'unpause', 'vault')).toBe('NOT_PAUSED');
  const paused = await chain.ok(GUARDIAN, 'pause', 'vault');
  expect(paused.pausedUntil).toEqual(expect.any(Number));
  expect(await status()).toMatchObject({ stake: { pausedUntil: paused.pausedUntil } });
  expect((await chain.din(PROVIDER, ['provider', 'status'])).out).toMatch(/paused +until \d{4}-/);
  expect(await chain.refused(KEEPER, 'case', 'execute', id)).toBe('PAUSED');
  expect(await chain.refused(PROVIDER, 'provider', 'withdraw')).toBe('PAUSED');
  expect(await chain.refused(GUARDIAN, 'pause', 'vault')).toBe('PAUSED_TOO_RECENTLY');

  expect(await chain.ok(GOVERNOR, 'unpause', 'vault')).toMatchObject({ pausedUntil: null });
  expect(await chain.refused(GUARDIAN, 'pause', 'vault')).toBe('PAUSED_TOO_RECENTLY');
  await chain.ok(PROVIDER, 'provider', 'withdraw');
  await chain.ok(KEEPER, 'case', 'execute', id);
});

test('a thaw is cancelled', async () => {
  expect(await chain.refused(PROVIDER, 'provider', 'cancel-thaw')).toBe('NOTHING_THAWING');
  await chain.ok(PROVIDER, 'provider', 'thaw', '--amount', '1500');
  const cancelled = await chain.ok(PROVIDER, 'provider', 'cancel-thaw');
  expect(cancelled).toMatchObject({ amount: '1500', activeStake: '2000' });
  expect(await status()).toMatchObject({ stake: { thawing: '0', withdrawableAt: null } });
});

test('the locks of a court that was replaced are told apart, and freed once its time is over', async () => {
  const { id } = await chain.openCase();
  const { vault, registry } = chain.deployment;
  const as = (account: number) =>
    createTransactor({ client: chain.client, account: privateKeyToAccount(keyOf(account)) });
  for (const address of [vault, registry]) {
    const part = { address, abi: REPLACEABLE } as const;
    const args = [addressOf(30)] as const;
    await as(GOVERNOR).simulateAndSend({ ...part, functionName: 'proposeCourt', args });
    await chain.passTime(20_001);
    await as(KEEPER).simulateAndSend({ ...part, functionName: 'applyCourt' });
  }
  expect(await status()).toMatchObject({
    stake: { locked: '40', lockedByRetiredCourt: '40' },
    openCases: [{ id, state: 'open' }],
  });
  expect((await chain.din(PROVIDER, ['provider', 'status'])).out).toMatch(/replaced +40 DINDEV/);
  expect(await chain.refused(PROVIDER, 'provider', 'appeal', id)).toBe('COURT_RETIRED');
  await chain.passTime(10_001);
  expect(await chain.ok(PROVIDER, 'provider', 'release-retired')).toMatchObject({ amount: '40' });
  expect(await status()).toMatchObject({ stake: { locked: '0', lockedByRetiredCourt: '0' } });
  expect(await chain.refused(PROVIDER, 'provider', 'release-retired')).toBe('NOTHING_RETIRED');
});

test('a watcher claims the reward of a report that the quorum agrees with, once', async () => {
  const { epoch } = await chain.attestOutage();
  const claim = (...argv: string[]) => chain.ok(WATCHER, 'watcher', 'claim', ...argv);
  expect(await chain.refused(WATCHER, 'watcher', 'claim', '--epoch', String(epoch))).toBe('NOT_CLAIMABLE');
  expect(await claim()).toMatchObject({ epochs: [], transactions: [] });
  await chain.passTime(REVEAL_SECONDS);
  expect(await chain.refused(WATCHER, 'watcher', 'claim')).toBe('REWARD_POOL_SHORT');

  await chain.mint(chain.deployment.token, addressOf(KEEPER), 10n);
  expect(await chain.ok(KEEPER, 'watcher', 'fund-rewards', '--amount', '10')).toMatchObject({ pool: '10' });
  expect(await claim('--dry-run')).toMatchObject({ transactions: [{ function: 'claimReward' }] });
  expect(await claim()).toMatchObject({ epochs: [String(epoch)], reward: '1' });
  expect(await chain.ok(WATCHER, 'watcher', 'status')).toMatchObject({
    bond: '1001',
    reward: '1',
    rewardPool: '9',
    reports: expect.arrayContaining([
      expect.objectContaining({ epoch: String(epoch), standing: 'rewarded' }),
    ]),
  });
  expect(await claim()).toMatchObject({ epochs: [] });
});
