import type { Clock, Random } from '../core/clock.ts';
import type { Ms } from '../core/units.ts';
import type { UpstreamClient, UpstreamTarget } from '../upstream/outcome.ts';
import { judgeProbe } from './judgeProbe.ts';
import { drawProbe } from './probeMix.ts';
import type { Sample } from './sample.ts';

export interface ProbeDependencies {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ProbeTarget {
  readonly target: UpstreamTarget;
  readonly expectedChainId: number;
  readonly timeoutMs: Ms;
}

/** Asks one service one question, just as a gateway would. Undefined when the outcome says nothing about it. */
export async function probe(
  { upstream, clock, random }: ProbeDependencies,
  { target, expectedChainId, timeoutMs }: ProbeTarget,
  signal: AbortSignal,
): Promise<Sample | undefined> {
  const question = drawProbe(random);
  const startedAt = clock.now();
  // Only reads: as a gateway's, they outlive the end of a kept connection.
  const call = { ...question.call, repeatable: true };
  const outcome = await upstream.call(target, call, { timeoutMs, signal });
  return judgeProbe(question, outcome, expectedChainId, { startedAt, endedAt: clock.now() });
}
