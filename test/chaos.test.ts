import { expect, test } from 'vitest';
import { FAULT_KINDS } from '../scripts/chaos/faultKinds.ts';
import { runChaos } from '../scripts/chaos/runChaos.ts';

// Printed, so that `npm run chaos -- --seed` can go on from there.
const SEED = Math.floor(Math.random() * 2 ** 32);
const TIMEOUT_MS = 300_000;

test(`no fault reaches the user, whatever fails (seed ${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const steps: string[] = [];
  const results = await runChaos({
    seed: SEED,
    providers: 4,
    calls: 1_500,
    users: 12,
    pauseMs: 40,
    onStep: (line) => steps.push(line),
  });
  const { failed, wrong, ledger, failures } = results;
  expect({ failed, wrong, ledger, failures }, `seed ${SEED}\n${steps.join('\n')}`).toEqual({
    failed: 0,
    wrong: 0,
    ledger: [],
    failures: [],
  });
  expect(results.kinds).toBe(FAULT_KINDS.length);
  expect(results.calls).toBeGreaterThanOrEqual(1_500);
  expect(results.transactions).toBeGreaterThan(0);
  expect(results.failovers).toBeGreaterThan(0);
});
