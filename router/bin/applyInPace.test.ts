import { expect, test } from 'vitest';
import { handClock } from '../gateway/networkRouter.fixture.ts';
import { applyInPace } from './applyInPace.ts';

function pace(tookMs: number) {
  const { clock, timer, advance } = handClock();
  let applied = 0;
  const paced = applyInPace({
    ...{ clock, timer },
    apply() {
      applied += 1;
      advance(tookMs);
    },
  });
  return { ...paced, advance, applied: () => applied };
}

test('a small change is applied at once, each by itself', () => {
  const { apply, applied } = pace(1);
  for (let change = 0; change < 10; change += 1) apply();
  expect(applied()).toBe(10);
});

test('large ones that follow each other are applied together, after a rest', () => {
  const { apply, applied, advance } = pace(20);
  apply();
  expect(applied()).toBe(1);
  for (let change = 0; change < 10; change += 1) apply();
  expect(applied()).toBe(1);
  advance(179);
  expect(applied()).toBe(1);
  advance(1);
  expect(applied()).toBe(2);
  advance(1_000);
  expect(applied()).toBe(2);
  apply();
  expect(applied()).toBe(3);
});

test('what waits when it is stopped is not applied', () => {
  const { apply, stop, applied, advance } = pace(20);
  apply();
  apply();
  stop();
  advance(10_000);
  expect(applied()).toBe(1);
});
