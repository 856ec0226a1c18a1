import { expect, test } from 'vitest';
import { BLEMISHES, FAULTS, MAINTENANCE, type SoakFault } from './faultKinds.ts';
import { judgeSoak, type SoakFacts } from './judge.ts';
import type { ChainRecord } from './record.ts';
import { EPOCH_SECONDS } from './terms.ts';

const EPOCH = 7;
const FROM = EPOCH * EPOCH_SECONDS * 1_000;
const UNTIL = FROM + EPOCH_SECONDS * 1_000;
const CLOSED = UNTIL + 2_000;
const AMOUNT = 5n;

const faultOf = (name: string): SoakFault => [...FAULTS, ...BLEMISHES].find((one) => one.name === name)!;
const spell = (name: string, from = FROM - 10, until = CLOSED) => ({
  ...{ provider: 1, fault: faultOf(name), from, until },
});
const said = (offence: ChainRecord['attested'][number]['offence'], ...watchers: number[]) =>
  watchers.map((watcher) => ({ epoch: EPOCH, provider: 1, offence, watcher }));
const caseOf = (offence: ChainRecord['attested'][number]['offence'], id = 'a') => ({
  ...{ epoch: EPOCH, provider: 1, offence, id },
});
const executed = (...ids: string[]) => ids.map((id) => ({ id, amount: AMOUNT }));

function judge({
  record = {},
  ...facts
}: { record?: Partial<ChainRecord> } & Partial<Omit<SoakFacts, 'record'>>) {
  return judgeSoak({
    spans: [{ epoch: EPOCH, from: FROM, until: UNTIL, closedBy: CLOSED }],
    ...{ spells: [], providers: 3, watchers: 3, genesis: 0, lost: new Set(), stalled: new Set() },
    record: { figures: [], revealed: [], attested: [], opened: [], executed: [], away: [], ...record },
    ...facts,
  });
}

test('a clear breach that is punished once is as it must be', () => {
  const verdict = judge({
    spells: [spell('hangs')],
    record: {
      revealed: [0, 1].map((watcher) => ({ epoch: EPOCH, watcher })),
      attested: said('outage', 0, 1),
      ...{ opened: [caseOf('outage')], executed: executed('a') },
    },
  });
  expect(verdict).toMatchObject({ flaws: [], lone: [], certain: 1 });
  expect(verdict.epochs[0]).toMatchObject({ opened: 1, executed: 1, slashed: AMOUNT });
  expect(verdict.epochs[0]?.said.map((one) => one?.length)).toEqual([1, 1, undefined]);
});

test.each([
  ['no case', [], []],
  ['a case that is not executed', [caseOf('outage')], []],
  ['a case that is executed twice', [caseOf('outage')], executed('a', 'a')],
  ['two cases for one offence', [caseOf('outage'), caseOf('outage', 'b')], executed('a', 'b')],
  ['only a case for something else', [caseOf('latency')], executed('a')],
])('a clear breach with %s is a flaw', (_, opened, done) => {
  const record = { attested: said('outage', 0, 1), opened, executed: done };
  expect(judge({ spells: [spell('hangs')], record }).flaws).not.toEqual([]);
});

test('what a quorum says of a provider that was well is a flaw, what one watcher says is told', () => {
  expect(judge({ record: { attested: said('downtime', 0, 2) } }).flaws).toHaveLength(1);
  const { flaws, lone } = judge({ record: { attested: said('downtime', 2) } });
  expect(flaws).toEqual([]);
  expect(lone).toEqual([expect.stringContaining('watcher 3')]);
});

test('a true accusation of one thing excuses no false one of another', () => {
  expect(
    judge({ spells: [spell('stuck head')], record: { attested: said('invalidData', 0, 1) } }).flaws,
  ).toContainEqual(expect.stringContaining('invalidData'));
});

test('a lie that others must contradict is certain as long as two thirds of all are well', () => {
  expect(judge({ spells: [spell('lies')] }).flaws).toHaveLength(1);
  const another = { ...spell('500'), provider: 2 };
  const record = {
    attested: [{ ...said('outage', 0)[0]!, provider: 2 }],
    opened: [{ ...caseOf('outage'), provider: 2 }],
    executed: executed('a'),
  };
  expect(judge({ spells: [spell('lies'), another], record })).toMatchObject({ flaws: [], certain: 1 });
});

test('a fault of part of an epoch may be punished or not', () => {
  const spells = [spell('hangs', FROM + 2_000, UNTIL - 1_000)];
  expect(judge({ spells })).toMatchObject({ flaws: [], certain: 0 });
  const record = { attested: said('downtime', 0, 1), opened: [caseOf('downtime')], executed: executed('a') };
  expect(judge({ spells, record })).toMatchObject({ flaws: [], certain: 0 });
});

test.each([
  ['a blink', { ...spell('blinks', FROM + 1_000, FROM + 1_400) }],
  ['an announced maintenance', { ...spell('hangs'), fault: MAINTENANCE }],
  ['what begins with the next epoch', { ...spell('refuses', UNTIL - 50, CLOSED + 9_000) }],
])('%s excuses no accusation', (_, one) => {
  const record = { attested: said('downtime', 0, 1) };
  expect(judge({ spells: [one], record }).flaws).toHaveLength(1);
});

test('nothing must follow where reports were lost, or the provider was hardly measured', () => {
  const spells = [spell('hangs')];
  expect(judge({ spells, lost: new Set([EPOCH]) })).toMatchObject({ flaws: [], certain: 0 });
  const start = EPOCH * EPOCH_SECONDS;
  const away = [{ provider: 1, from: start + 2, until: start + EPOCH_SECONDS }];
  expect(judge({ spells, record: { away } })).toMatchObject({ flaws: [], certain: 0 });
});

test('a machine that stood still excuses what its own delay explains, and nothing else', () => {
  const stalled = new Set([EPOCH]);
  expect(judge({ stalled, record: { attested: said('latency', 0, 1) } }).flaws).toEqual([]);
  expect(judge({ stalled, record: { attested: said('invalidData', 0, 1) } }).flaws).toHaveLength(1);
});
