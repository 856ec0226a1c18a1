import { type Address, erc20Abi, keccak256, type LocalAccount, parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaseKey, offenceValue } from '../router/chain/commitment.ts';
import { createTransactor } from '../router/chain/transact.ts';
import {
  ATTESTED_OFFENCES,
  accuseOfEverything,
  answerOf,
  createHandWatcher,
  type HandWatcher,
  readReveal,
  revealingOf,
} from './fixtures/handWatcher.ts';
import { allegation, type LiarsRecord, readLiarsRecord } from './fixtures/liarsRecord.ts';
import { type Honest, type LiarsWorld, PATIENCE, startLiarsWorld } from './fixtures/liarsWorld.ts';

const OUTAGE = offenceValue('outage');
/** Of the development parameters, as the accounts are. */
const APPEAL_BOND = parseEther('100');
const [GOVERNOR, GUARDIAN] = [0, 1];

let world: LiarsWorld;
let record: LiarsRecord;
/** The honest one. */
let alice: Honest;
let colluding: readonly HandWatcher[];

beforeAll(async () => {
  world = await startLiarsWorld();
  record = readLiarsRecord(world);
  const [stays, changesSides] = world.honest;
  alice = stays;
  await changesSides.stop();
  colluding = [createHandWatcher(world.client, world.deployment, world.account(16)), world.bad];
}, 120_000);
afterAll(() => world?.stop());

const send = (account: LocalAccount) => createTransactor({ client: world.client, account });
const statesOf = (providers: readonly LocalAccount[]) => Promise.all(providers.map(record.stateOf));

describe('two of three watchers', { timeout: 180_000 }, () => {
  test('that are silent leave nobody slashed', async () => {
    const [faulty] = world.providers;
    const before = await statesOf(world.providers);
    const [epoch] = (await world.play([{}], faulty)) as [bigint];
    expect(await record.accusedBy(alice.address, epoch)).toEqual([allegation(faulty, OUTAGE)]);
    expect(new Set(await record.answersToCases(epoch, world.providers))).toEqual(new Set(['NoQuorum']));
    expect(await statesOf(world.providers)).toEqual(before);
    // No quorum saw what it saw.
    expect(await record.answerToClaim(alice.address, epoch)).toBe('ReportDissents');
  });

  test('that collude have everybody accused; vetoes and an appeal restore exactly what there was', async () => {
    const { providers } = world;
    const wronged = providers[1];
    const addresses = providers.map(({ address }) => address);
    const lies = (of: bigint) =>
      [{ measurements: '0x', breaches: accuseOfEverything(of, addresses) }] as const;
    let before: Awaited<ReturnType<typeof statesOf>> = [];
    const [epoch] = (await world.play([
      {
        commit: async (of) => void (await Promise.all(colluding.map((one) => one.commitTo(of, lies(of))))),
        async reveal(of) {
          before = await statesOf(providers);
          await Promise.all(colluding.map((one) => one.reveal(of, revealingOf(lies(of), 0))));
        },
      },
    ])) as [bigint];
    expect(before.map(({ isActive }) => isActive)).toEqual([true, true, true, true]);

    // An honest keeper, too, opens what has the quorum: it is no judge. Nobody leaves routing for that.
    const opened = () => record.openedOf(providers, [epoch]);
    const all = providers.length * ATTESTED_OFFENCES.length;
    await expect.poll(async () => (await opened()).length, PATIENCE).toBe(all);
    for (const [index, { bond, countedBps, ...rest }] of (await statesOf(providers)).entries()) {
      expect(bond.locked).toBeGreaterThan(0n);
      expect(countedBps).toBeGreaterThan(0n);
      expect(before[index]).toMatchObject(rest);
    }

    const keys: CaseKey[] = (await opened()).map(({ provider, network, offence }) => ({
      ...{ epoch, provider, network, offence },
    }));
    const appealed = keys.find(({ provider, offence }) => provider === wronged.address && offence === OUTAGE);
    if (appealed === undefined) throw new TypeError('no case of an outage');
    await send(wronged).simulateAndSend({ ...record.court, functionName: 'appeal', args: [appealed] });
    const guardian = send(world.account(GUARDIAN));
    for (const key of keys) {
      if (key !== appealed)
        await guardian.simulateAndSend({ ...record.court, functionName: 'veto', args: [key] });
    }
    const governor = send(world.account(GOVERNOR));
    const upheld = { ...record.court, functionName: 'resolveAppeal', args: [appealed, true] } as const;
    await governor.simulateAndSend(upheld);

    expect(await statesOf(providers)).toEqual(before);
    // For good: nobody can bring it again, or execute it.
    expect(new Set(await record.answersToCases(epoch, providers))).toEqual(new Set(['CaseExists']));
    const executions = keys.map((key) =>
      answerOf(governor.simulate({ ...record.court, functionName: 'execute', args: [key] })),
    );
    expect(new Set(await Promise.all(executions))).toEqual(new Set(['CaseNotOpen']));

    await expectAccusersPay(appealed);
    // Two thirds are the network's word: it is the honest one that dissents from it.
    expect(await record.answerToClaim(alice.address, epoch)).toBe('ReportDissents');
  });
});

/** Anybody finds in the record who attested it, and has them pay the provider for its appeal; nobody else does. */
async function expectAccusersPay(appealed: CaseKey): Promise<void> {
  const stranger = send(world.account(20));
  async function charge(watcher: Address): Promise<string> {
    const reveal = await readReveal(world.client, record.hub.address, watcher, appealed.epoch);
    const { salt, chunkHashes, measurements, breaches } = reveal;
    const proof = { salt, chunkHashes, chunk: 0, measurementsHash: keccak256(measurements), breaches };
    const args = [appealed, watcher, proof] as const;
    return await answerOf(stranger.simulateAndSend({ ...record.court, functionName: 'chargeWatcher', args }));
  }
  const bondsOf = (watchers: readonly { readonly address: Address }[]) =>
    Promise.all(watchers.map(async ({ address }) => (await record.bondOf('watcher', address)).tokens));
  const before = await bondsOf(colluding);
  expect(await charge(alice.address)).toBe('NotAttested');
  for (const { address } of colluding) expect(await charge(address)).toBe('accepted');
  expect(await bondsOf(colluding)).toEqual(before.map((bond) => bond - APPEAL_BOND / 3n));
  const paid = await world.client.readContract({
    ...{ address: world.deployment.token, abi: erc20Abi, functionName: 'balanceOf' },
    args: [appealed.provider],
  });
  expect(paid).toBe((APPEAL_BOND / 3n) * 2n);
}
