import { expect, test } from 'vitest';
import { restartDelay } from './restartDelay.ts';

test('one death is nothing, many in a row are waited for longer, and a steady worker begins anew', () => {
  const delays: number[] = [];
  let deaths = 0;
  for (let count = 0; count < 10; count += 1) {
    const next = restartDelay(deaths, 5);
    deaths = next.deaths;
    delays.push(next.delayMs);
  }
  expect(delays).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  expect(restartDelay(deaths, 60_000)).toEqual({ delayMs: 0, deaths: 1 });
});
