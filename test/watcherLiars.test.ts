import { concatHex, type Hex, type LocalAccount } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  MEASUREMENT_BYTES,
  type Measurement,
  OFFENCES,
  offenceValue,
  packMeasurements,
  type ReportChunk,
} from '../router/chain/commitment.ts';
import type { ProviderPage } from '../router/gateway/providerPage.ts';
import { run } from './fixtures/cliChain.ts';
import { accuseOfEverything, answerOf, breachOf, readReveal, revealingOf } from './fixtures/handWatcher.ts';
import { allegation, everythingOf, type LiarsRecord, readLiarsRecord } from './fixtures/liarsRecord.ts';
import {
  type Honest,
  LARGEST_BOND,
  type LiarsWorld,
  PATIENCE,
  type Part,
  startLiarsWorld,
} from './fixtures/liarsWorld.ts';
import { STAKE } from './fixtures/watcherWorld.ts';

const OUTAGE = offenceValue('outage');
/** About what a node takes as one transaction: 128 KiB. */
const HUGE_BYTES = 120_000;

let world: LiarsWorld;
let record: LiarsRecord;
/** In order throughout. */
let good: LocalAccount;
let alsoGood: LocalAccount;
/** Each for a while. */
let faulty: LocalAccount;
let alsoFaulty: LocalAccount;
let alice: Honest;
let bob: Honest;

beforeAll(async () => {
  world = await startLiarsWorld();
  record = readLiarsRecord(world);
  [good, alsoGood, faulty, alsoFaulty] = world.providers;
  [alice, bob] = world.honest;
}, 120_000);
afterAll(() => world?.stop());

const NOTHING: ReportChunk = { measurements: '0x', breaches: [] };
const only = (chunk: Partial<ReportChunk>): ReportChunk[] => [{ ...NOTHING, ...chunk }];

/** Commits to a report, and reveals all of it. */
function says(chunksOf: (epoch: bigint) => readonly ReportChunk[]): Required<Part> {
  return {
    commit: (epoch) => world.bad.commitTo(epoch, chunksOf(epoch)),
    async reveal(epoch) {
      const chunks = chunksOf(epoch);
      for (const index of chunks.keys()) await world.bad.reveal(epoch, revealingOf(chunks, index));
    },
  };
}

async function measurementsOf(
  providers: readonly LocalAccount[],
  figures: Partial<Measurement>,
): Promise<Measurement[]> {
  const ids = await Promise.all(providers.map(record.serviceIdOf));
  const usual = { samples: 20, successes: 20, p95LatencyMs: 10, p95BlockLag: 0, mismatches: 0 };
  return ids.map((serviceId) => ({ ...usual, ...figures, serviceId }));
}

const answersToBad = (epochs: readonly bigint[]) =>
  Promise.all(epochs.map((epoch) => record.answerToClaim(world.bad.address, epoch)));

/** That both honest ones were paid for each of the epochs, and the bad one never. */
async function expectOnlyHonestPaid(epochs: readonly bigint[]): Promise<void> {
  for (const { address } of [alice, bob]) {
    for (const epoch of epochs)
      await expect.poll(async () => (await record.reportOf(address, epoch)).rewarded, PATIENCE).toBe(true);
  }
  expect((await record.bondOf('watcher', world.bad.address)).tokens).toBe(LARGEST_BOND);
}

/** Nobody has brought anything against them, and nothing of theirs is held. */
async function expectUntouched(providers: readonly LocalAccount[]): Promise<void> {
  expect(await record.openedOf(providers)).toEqual([]);
  for (const { address } of providers)
    expect(await record.bondOf('provider', address)).toMatchObject({ tokens: STAKE, locked: 0n });
}

/** One case for the outage of each epoch; each executed once, and no more taken than they say. */
async function expectSlashed(provider: LocalAccount, epochs: readonly bigint[]): Promise<void> {
  const opened = async () =>
    (await record.openedOf([provider], epochs)).filter(({ offence }) => offence === OUTAGE);
  await expect.poll(async () => (await opened()).length, PATIENCE).toBe(epochs.length);
  const cases = await opened();
  expect(new Set(cases.map(({ epoch }) => epoch))).toEqual(new Set(epochs));
  await world.passVeto();
  const timesExecuted = async () => {
    const executed = await record.executedOf(provider);
    return cases.map(({ caseId }) => executed.filter((one) => one.caseId === caseId).length);
  };
  await expect.poll(timesExecuted, PATIENCE).toEqual(epochs.map(() => 1));
  // All at one block: cases of when it was half broken may be executed meanwhile.
  const block = await world.client.getBlockNumber();
  const slashed = (await record.executedOf(provider, block)).reduce((sum, { amount }) => sum + amount, 0n);
  expect(slashed).toBeGreaterThan(0n);
  expect((await record.bondOf('provider', provider.address, block)).tokens).toBe(STAKE - slashed);
}

/** What each watcher said of the provider's service in an epoch, and who dissents, as anybody is shown it. */
async function saidOf({ address }: LocalAccount, epoch: bigint) {
  const status = await run(['provider', 'status', address, '--json'], {
    DIN_RPC_URL: world.settlement.url,
    DIN_REGISTRY: world.deployment.registry,
  });
  const { services } = status.json() as unknown as Pick<ProviderPage, 'services'>;
  const { said = [] } = services[0]?.epochs.find((one) => one.epoch === Number(epoch)) ?? {};
  return Object.fromEntries(
    said.map(({ watcher, breaches, dissents }) => [watcher, dissents ? [...breaches, 'dissents'] : breaches]),
  );
}

describe('of three watchers, one', { timeout: 180_000 }, () => {
  test('that lies about everything, with the largest bond of all, accuses nobody and earns nothing', async () => {
    const honestOnes = [good, alsoGood, alsoFaulty];
    // What is in order is said to be broken in every way, and what is broken to be in order.
    const measurements = packMeasurements([
      ...(await measurementsOf(honestOnes, { successes: 0, p95BlockLag: 65_535, mismatches: 20 })),
      ...(await measurementsOf([faulty], {})),
    ]);
    const addresses = honestOnes.map(({ address }) => address);
    const lie = says((epoch) => only({ measurements, breaches: accuseOfEverything(epoch, addresses) }));
    const praise = packMeasurements(await measurementsOf(world.providers, {}));
    const twoFaced = says(() =>
      only({ measurements: praise, breaches: [breachOf(good.address, OUTAGE, { successes: 0 })] }),
    );
    const epochs = await world.play([lie, twoFaced], faulty);

    const watchers = [alice.address, bob.address, world.bad.address];
    const weights = await Promise.all(watchers.map((one) => record.weightOf(one, epochs[0] ?? 0n)));
    expect(weights).toEqual([STAKE, STAKE, STAKE]);
    // The record: what each said, what the network says, and that this is not the same.
    const accused = [everythingOf(honestOnes), [allegation(good, OUTAGE)]];
    for (const [index, epoch] of epochs.entries()) {
      expect(await record.answersToCases(epoch, honestOnes)).toEqual(Array(15).fill('NoQuorum'));
      const allegations = await Promise.all(watchers.map((one) => record.accusedBy(one, epoch)));
      expect(allegations).toEqual([
        [allegation(faulty, OUTAGE)],
        [allegation(faulty, OUTAGE)],
        accused[index],
      ]);
      expect((await record.verdictOf(epoch)).breaches).toBe(1);
      const [a, b, c] = watchers as [string, string, string];
      expect(await saidOf(faulty, epoch)).toEqual({ [a]: ['outage'], [b]: ['outage'], [c]: ['dissents'] });
      const { [c]: slander, ...others } = await saidOf(good, epoch);
      expect(others).toEqual({ [a]: [], [b]: [] });
      expect(slander).toEqual(expect.arrayContaining(['outage', 'dissents']));
    }
    expect(await answersToBad(epochs)).toEqual(['ReportDissents', 'ReportDissents']);

    await expectSlashed(faulty, epochs);
    await expectUntouched(honestOnes);
    await expectOnlyHonestPaid(epochs);
  });

  test('that is silent or lazy changes nothing about what is true, and earns nothing', async () => {
    let seen: ReportChunk = NOTHING;
    const parts: Part[] = [
      // What the others have just revealed of the epoch before.
      {
        async commit(epoch) {
          seen = await readReveal(world.client, record.hub.address, alice.address, epoch - 1n);
          await world.bad.commitTo(epoch, only(seen));
        },
        reveal: (epoch) => world.bad.reveal(epoch, revealingOf(only(seen), 0)),
      },
      // That all is well, without a look.
      says(() => only({})),
      { commit: (epoch) => world.bad.commitTo(epoch, only({})) },
      {},
    ];
    const epochs = await world.play(parts, alsoFaulty);
    const refusals = ['ReportDissents', 'ReportDissents', 'ReportIncomplete', 'ReportIncomplete'];
    expect(await answersToBad(epochs)).toEqual(refusals);
    await expectSlashed(alsoFaulty, epochs);
    await expectUntouched([good, alsoGood]);
    await expectOnlyHonestPaid(epochs);
  });

  test('that copies or reveals garbage is refused by the hub, accuses nobody and earns nothing', async () => {
    const answers = new Map<string, string>();
    const expected = new Map<string, string>();
    const parts: Part[] = [];
    /** @param answer what the hub says to its reveal */
    function add(name: string, answer: string, { commit, reveal }: Required<Part>): void {
      expected.set(name, answer);
      parts.push({ commit, reveal: async (epoch) => void answers.set(name, await answerOf(reveal(epoch))) });
    }
    /** A report that it did commit to. */
    const tell = (name: string, answer: string, chunksOf: (epoch: bigint) => readonly ReportChunk[]) =>
      add(name, answer, says(chunksOf));
    const against = (offence: number, figures: Partial<Measurement>, { address } = good) =>
      only({ breaches: [breachOf(address, offence, figures)] });
    const commitToNothing = (epoch: bigint) => world.bad.commitTo(epoch, only({}));
    const revealOfAlice = (epoch: bigint) =>
      readReveal(world.client, record.hub.address, alice.address, epoch);

    add('another’s commitment, and its reveal', 'CommitmentMismatch', {
      async commit(epoch) {
        await world.bad.commit(epoch, (await record.reportOf(alice.address, epoch)).commitment);
      },
      reveal: async (epoch) => world.bad.reveal(epoch, await revealOfAlice(epoch)),
    });
    add('another’s chunk under a commitment of its own', 'ChunkMismatch', {
      commit: commitToNothing,
      async reveal(epoch) {
        const { measurements, breaches } = await revealOfAlice(epoch);
        await world.bad.reveal(epoch, { ...revealingOf(only({}), 0), measurements, breaches });
      },
    });
    add('a commitment to what others have revealed', 'CommitWindowClosed', {
      commit: async () => undefined,
      reveal: async (epoch) => world.bad.commitTo(epoch, only(await revealOfAlice(epoch))),
    });
    add('another salt than it committed with', 'CommitmentMismatch', {
      commit: commitToNothing,
      reveal: (epoch) =>
        world.bad.reveal(epoch, { ...revealingOf(only({}), 0), salt: `0x${'00'.repeat(32)}` }),
    });
    tell('a record and a byte', 'InvalidMeasurements', () =>
      only({ measurements: `0x${'01'.repeat(MEASUREMENT_BYTES + 1)}` }),
    );
    tell('a provider without a service', 'ServiceUnknown', () =>
      against(OUTAGE, { successes: 0 }, world.account(30)),
    );
    tell('an outage with answers', 'NotABreach', () => against(OUTAGE, {}));
    tell('more answers than questions', 'NotABreach', () =>
      against(offenceValue('latency'), { samples: 3, successes: 4, p95LatencyMs: 65_535 }),
    );
    tell('an equivocation that it saw', 'NotABreach', () =>
      against(offenceValue('equivocation'), { successes: 0, mismatches: 20 }),
    );
    tell('an offence that there is not', 'Reverted', () => against(OFFENCES.length, { successes: 0 }));
    tell('breaches in no order', 'BreachesNotSorted', (epoch) =>
      only({ breaches: accuseOfEverything(epoch, [good.address]).toReversed() }),
    );
    tell('the same breach in two chunks', 'BreachesNotSorted', () => [
      ...against(OUTAGE, { successes: 0 }),
      ...against(OUTAGE, { samples: 30, successes: 0 }),
    ]);
    const ofNobody: Hex = `0x${'fe'.repeat(MEASUREMENT_BYTES)}`;
    tell('a chunk as large as a transaction may be, of services that there are not', 'accepted', () => [
      {
        measurements: concatHex(Array<Hex>(Math.floor(HUGE_BYTES / MEASUREMENT_BYTES)).fill(ofNobody)),
        breaches: [breachOf(good.address, OUTAGE, { successes: 0 })],
      },
    ]);
    const epochs = await world.play(parts);

    expect([...answers]).toEqual([...expected]);
    for (const epoch of epochs)
      expect(await record.answersToCases(epoch, [good, alsoGood])).toEqual(Array(10).fill('NoQuorum'));
    expect(await answersToBad(epochs)).toEqual([
      ...Array<string>(parts.length - 1).fill('ReportIncomplete'),
      'ReportDissents',
    ]);
    await expectUntouched([good, alsoGood]);
    await expectOnlyHonestPaid(epochs);
  });
});
