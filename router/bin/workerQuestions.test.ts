import { expect, test } from 'vitest';
import { createWorkerQuestions, type Question } from './workerQuestions.ts';

/** Two workers that keep what they are asked. */
function workers() {
  const asked: Question[] = [];
  const both = [1, 2].map((id) => ({ id, ask: (question: Question) => void asked.push(question) }));
  return { asked, both };
}
const isDone = async (promise: Promise<unknown>) =>
  (await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, 'waits'))])) !== 'waits';
const eligible = (id: number) => ({ kind: 'eligible', id, hasEligible: true }) as const;

test('waits for all, and for nobody who is gone', async () => {
  const { ask, answered, gone } = createWorkerQuestions();
  const { both } = workers();
  const asking = ask(both, (id) => ({ kind: 'eligible', id }));
  answered(1, eligible(1));
  expect(await isDone(asking)).toBe(false);
  gone(2);
  expect(await isDone(asking)).toBe(true);
});

test('the answer to a later question answers the earlier ones of its kind, and no later one', async () => {
  const { ask, answered } = createWorkerQuestions();
  const { asked, both } = workers();
  const [first, second, third] = [0, 1, 2].map(() => ask(both, (id) => ({ kind: 'eligible', id })));
  const other = ask(both, (id) => ({ kind: 'report', id }));
  const ids = [...new Set(asked.map(({ id }) => id))];
  for (const worker of [1, 2]) answered(worker, eligible(ids[1] ?? 0));
  const done = await Promise.all(
    [first, second, third, other].map((each) => isDone(each ?? Promise.resolve())),
  );
  expect(done).toEqual([true, true, false, false]);
});

test('gives up on one that is busy', async () => {
  const { ask, answered } = createWorkerQuestions();
  const { both } = workers();
  const asking = ask(both, (id) => ({ kind: 'eligible', id }));
  answered(1, eligible(1));
  await asking;
});

test('is done at once with nobody to ask', async () => {
  expect(await isDone(createWorkerQuestions().ask([], (id) => ({ kind: 'report', id })))).toBe(true);
});
