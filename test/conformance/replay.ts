import { relative } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Step } from '../fixtures/registryHistory.ts';

/** One history alone, found before: goes on to the shortest that fails. */
export const isReplay = process.env.DIN_PATH !== undefined;

/** Longer than any number of histories takes; a replay looks for shorter ones, too. */
export function timeoutOf(runs: number, msEach: number): number {
  return isReplay ? 3_600_000 : 60_000 + numRuns(runs) * msEach;
}

/**
 * Plays random histories. `DIN_RUNS` is how many, `DIN_SEED` which, `DIN_PATH` only one of them.
 * @throws {@link HistoryFailedError}
 */
export async function playHistories<Place>(
  histories: fc.Arbitrary<readonly Step<Place>[]>,
  runs: number,
  play: (steps: readonly Step<Place>[]) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(histories, play);
  const details = await fc.check(property, settings(runs));
  if (!details.failed) return;
  const { seed, counterexamplePath, counterexample, errorInstance: cause } = details;
  throw new HistoryFailedError({
    seed,
    path: counterexamplePath ?? '0',
    steps: counterexample?.[0] ?? [],
    cause,
  });
}

function numRuns(runs: number): number {
  const { DIN_RUNS } = process.env;
  return DIN_RUNS === undefined ? runs : Number(DIN_RUNS);
}

function settings(runs: number) {
  const { DIN_SEED, DIN_PATH } = process.env;
  return {
    numRuns: numRuns(runs),
    ...(DIN_SEED !== undefined && { seed: Number(DIN_SEED) }),
    ...(DIN_PATH !== undefined && { path: DIN_PATH }),
    endOnFailure: !isReplay,
  };
}

/** Plays the steps in order. @throws what a step throws, with the step named in front of its message. */
export async function playSteps<Place>(
  place: Place,
  steps: readonly Step<Place>[],
  onAccepted: (name: string) => void,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      for (const name of await step.run(place)) onAccepted(name);
    } catch (error) {
      throw new Error(`step ${index + 1}, ${step}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Two of the same seed are the same but for the moments at which the source looks, which nobody can repeat. */
class HistoryFailedError extends Error {
  constructor(failure: { seed: number; path: string; steps: readonly Step<never>[]; cause: unknown }) {
    const { seed, path, steps, cause } = failure;
    const { testPath = '', currentTestName = '' } = expect.getState();
    const file = relative(process.cwd(), testPath);
    super(
      [
        messageOf(cause),
        '',
        `The history, which \`DIN_SEED=${seed} DIN_PATH=${path} npx vitest run ${file} -t '${currentTestName.split(' > ').at(-1)}'\``,
        'plays again and makes as short as it can (in parentheses: places in the cast):',
        ...steps.map((step, index) => `${String(index + 1).padStart(3)}. ${step}`),
      ].join('\n'),
      // What a step threw says all; the step is named above.
      { cause: (cause instanceof Error && cause.cause) || cause },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
