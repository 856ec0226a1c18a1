import { expect, it } from 'vitest';
import { createOutage } from './outage.ts';

it('spares services that fail all calls, and stops with the first answer', () => {
  const outage = createOutage();
  for (let call = 0; call < 19; call += 1) outage.failed();
  expect(outage.lastResorts()).toBe(Number.POSITIVE_INFINITY);
  outage.failed();
  expect(outage.lastResorts()).toBe(2);
  outage.answered();
  outage.failed();
  expect(outage.lastResorts()).toBe(Number.POSITIVE_INFINITY);
});
