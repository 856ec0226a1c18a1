import { expect, test } from 'vitest';
import { ms } from '../core/units.ts';
import { readiness } from './readiness.ts';

const live = {
  state: 'live',
  ageMs: ms(12.3),
  lastError: undefined,
  via: 'chain',
  backfill: undefined,
  endpoints: [],
} as const;
const well = { draining: false, settlement: { loaded: true, status: live }, hasEligible: true };

test('ready with a loaded set and an eligible service', () => {
  expect(readiness(well)).toEqual({ ready: true, reasons: [], set: { state: 'live', ageMs: 12 } });
});

test('ready without a settlement chain, on own upstreams alone', () => {
  expect(readiness({ ...well, settlement: undefined })).toEqual({ ready: true, reasons: [], set: null });
});

test('still ready on an old set, and tells its age', () => {
  const status = { ...live, state: 'stale', ageMs: ms(60_000), lastError: 'refused' } as const;
  expect(readiness({ ...well, settlement: { loaded: true, status } })).toEqual({
    ready: true,
    reasons: [],
    set: { state: 'stale', ageMs: 60_000 },
  });
});

test('says every reason why not', () => {
  const status = { ...live, state: 'starting' } as const;
  expect(
    readiness({ draining: true, settlement: { loaded: false, status }, hasEligible: false }),
  ).toMatchObject({
    ready: false,
    reasons: ['draining', 'provider set not loaded', 'no eligible service'],
  });
});
