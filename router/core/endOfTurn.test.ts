import { expect, it } from 'vitest';
import { atEndOfTurn } from './endOfTurn.ts';

it('runs tasks in order after all that is due now, and in the same turn those that they add', async () => {
  const order: string[] = [];
  atEndOfTurn(() => {
    order.push('first');
    atEndOfTurn(() => order.push('added'));
  });
  setImmediate(() => order.push('next immediate'));
  atEndOfTurn(() => order.push('second'));
  queueMicrotask(() => order.push('microtask'));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(order).toEqual(['microtask', 'first', 'second', 'added', 'next immediate']);
  await new Promise<void>((resolve) => atEndOfTurn(resolve));
});
