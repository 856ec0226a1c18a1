import { expect, test } from 'vitest';
import { createLane } from './lane.ts';

test('a task that comes while another runs is left out, and the next one after it runs', async () => {
  const ran: string[] = [];
  const lane = createLane((error) => ran.push(String(error)));
  const first = Promise.withResolvers<void>();
  lane.enter(async () => {
    ran.push('first');
    await first.promise;
  });
  lane.enter(async () => void ran.push('second'));
  first.resolve();
  await lane.idle();
  lane.enter(async () => void ran.push('third'));
  await lane.idle();
  expect(ran).toEqual(['first', 'third']);
});

test('a task that fails is reported and does not block the lane', async () => {
  const failures: unknown[] = [];
  const lane = createLane((error) => failures.push(error));
  const failure = new Error('no');
  lane.enter(() => Promise.reject(failure));
  await lane.idle();
  expect(failures).toEqual([failure]);
  let ran = false;
  lane.enter(async () => {
    ran = true;
  });
  await lane.idle();
  expect(ran).toBe(true);
});
