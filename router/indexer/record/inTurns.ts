import { setImmediate } from 'node:timers/promises';

/** Does work that comes in steps, and between them whatever else this process has to do. */
export async function inTurns<Result>(steps: Generator<undefined, Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}
