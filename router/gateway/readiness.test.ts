import { expect, test } from 'vitest';
import { ms, unixSeconds } from '../core/units.ts';
import { emptySet } from '../registry/providerSet.ts';
import { readiness } from './readiness.ts';

const set = emptySet({ number: 12n, hash: '0x1', parentHash: '0x0', timestamp: unixSeconds(1_700_000_000) });
const live = {
  state: 'live',
  ageMs: ms(12.3),
  lastError: undefined,
  via: 'chain',
  backfill: undefined,
  registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  endpoints: [],
} as const;
const starting = { ...live, state: 'starting', via: undefined } as const;
const backfill = {
  fromBlock: 100n,
  block: 196n,
  head: 300n,
  events: 7,
  percent: 48.06,
  remainingMs: ms(2_000.4),
};
const well = { draining: false, settlement: { set, status: live }, hasEligible: true };

test('ready with a loaded set and an eligible service', () => {
  expect(readiness(well)).toEqual({
    ready: true,
    reasons: [],
    set: { state: 'live', ageMs: 12, block: 12, via: 'chain' },
  });
});

test('ready without a settlement chain, on own upstreams alone', () => {
  expect(readiness({ ...well, settlement: undefined })).toEqual({ ready: true, reasons: [], set: null });
});

test('still ready on an old set, and tells its age', () => {
  const status = { ...live, state: 'stale', ageMs: ms(60_000), lastError: 'refused' } as const;
  expect(readiness({ ...well, settlement: { set, status } })).toEqual({
    ready: true,
    reasons: [],
    set: { state: 'stale', ageMs: 60_000, block: 12, via: 'chain' },
  });
});

test('says every reason why not', () => {
  const settlement = { set: undefined, status: starting };
  expect(readiness({ draining: true, settlement, hasEligible: false })).toMatchObject({
    ready: false,
    reasons: ['draining', 'provider set not loaded', 'no eligible service'],
    set: { block: null, via: null },
  });
});

test('while the set is loading, says how far it is', () => {
  const settlement = { set: undefined, status: { ...starting, backfill } };
  expect(readiness({ ...well, settlement })).toMatchObject({
    reasons: ['provider set not loaded: 48 % of the settlement blocks read'],
    set: {
      backfill: { fromBlock: 100, block: 196, head: 300, events: 7, percent: 48, remainingMs: 2_000 },
    },
  });
});

test('a set from the checkpoint serves while the blocks since are read', () => {
  const status = { ...live, via: 'checkpoint', backfill } as const;
  expect(readiness({ ...well, settlement: { set, status } })).toMatchObject({
    ready: true,
    set: { via: 'checkpoint', backfill: { percent: 48 } },
  });
});
