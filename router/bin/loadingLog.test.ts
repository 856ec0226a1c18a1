import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ms } from '../core/units.ts';
import type { BackfillProgress } from '../registry/providerSource.ts';
import { logLoading } from './loadingLog.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('says how far a load is as long as there is one, and nothing when ended', () => {
  const lines: object[] = [];
  let backfill: BackfillProgress | undefined;
  const status = () =>
    ({
      state: 'starting',
      ageMs: ms(0),
      lastError: undefined,
      via: undefined,
      registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
      backfill,
      endpoints: [],
    }) as const;
  const end = logLoading(
    { status },
    { info: (values: object, event: string) => lines.push({ ...values, event }) },
  );
  vi.advanceTimersByTime(10_000);
  expect(lines).toEqual([]);

  const progress = { fromBlock: 0n, block: 50n, head: 200n, events: 3, percent: 25.19 };
  backfill = { ...progress, remainingMs: undefined };
  vi.advanceTimersByTime(2_000);
  backfill = { ...progress, block: 100n, percent: 50, remainingMs: ms(4_100) };
  vi.advanceTimersByTime(2_000);
  expect(lines).toEqual([
    { event: 'provider_set_loading', block: 50, head: 200, percent: 25.1, events: 3 },
    { event: 'provider_set_loading', block: 100, head: 200, percent: 50, events: 3, remainingSeconds: 5 },
  ]);

  end();
  vi.advanceTimersByTime(10_000);
  expect(lines).toHaveLength(2);
});
