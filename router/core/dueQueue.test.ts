import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDueQueue, type Due, NOWHERE } from './dueQueue.ts';
import { ms } from './units.ts';

const ITEMS = 10;
const step = fc.oneof(
  fc.record({ kind: fc.constant('put'), item: fc.nat(ITEMS - 1), at: fc.nat(20) }),
  fc.record({ kind: fc.constant('remove'), item: fc.nat(ITEMS - 1), at: fc.constant(0) }),
  fc.record({ kind: fc.constant('take'), item: fc.constant(0), at: fc.nat(20) }),
);

test('after any changes it gives what is due first, each item once, at its latest time', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const items = Array.from({ length: ITEMS }, (): Due => ({ dueAt: ms(0), place: NOWHERE }));
      const queue = createDueQueue<Due>();
      const model = new Map<Due, number>();
      for (const { kind, item: index, at } of steps) {
        const item = items[index] as Due;
        if (kind === 'put') {
          queue.put(item, ms(at));
          model.set(item, at);
        } else if (kind === 'remove') {
          queue.remove(item);
          model.delete(item);
        } else {
          const taken = queue.take(ms(at));
          const first = Math.min(...model.values());
          expect(taken && model.get(taken)).toBe(first <= at ? first : undefined);
          if (taken) model.delete(taken);
        }
        expect(queue.nextAt()).toBe(model.size > 0 ? Math.min(...model.values()) : undefined);
        expect(items.filter(({ place }) => place !== NOWHERE)).toHaveLength(model.size);
      }
    }),
  );
});
