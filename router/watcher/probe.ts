import type { Clock, Random } from '../core/clock.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import type { EvidenceArgs } from './checks/evidence.ts';
import type { ServiceExaminer } from './checks/serviceExaminer.ts';
import type { Truth } from './finality/truth.ts';
import { judgeProbe } from './judgeProbe.ts';
import type { Probeable } from './probeable.ts';
import { drawProbe } from './probeMix.ts';
import { probeTimeoutMs } from './probeTiming.ts';
import type { Sample } from './sample.ts';

export interface ProbeDependencies {
  readonly upstream: UpstreamClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly examine: ServiceExaminer;
}

export interface Probed {
  readonly sample: Sample;
  /** Of an answer that is proven wrong: what shows it. */
  readonly wrong: Pick<EvidenceArgs, 'call' | 'answer' | 'check' | 'fault'> | undefined;
}

/**
 * Asks one service one question, just as a gateway would. Undefined when the outcome says nothing about it.
 *
 * @param truth What is known of its network.
 */
export async function probe(
  { upstream, clock, random, examine }: ProbeDependencies,
  one: Probeable,
  truth: Truth | undefined,
  signal: AbortSignal,
): Promise<Probed | undefined> {
  const question = drawProbe({ capabilities: one.service.capabilities, truth }, random);
  const { call, check } = question;
  const startedAt = clock.now();
  const timeoutMs = probeTimeoutMs(one.network.sla);
  const outcome = await upstream.call(one.target, call, { timeoutMs, signal });
  const judged = judgeProbe(question, outcome, one.chainId, { startedAt, endedAt: clock.now() });
  if (judged === undefined) return undefined;
  const { sample, answer } = judged;
  if (check === undefined || answer === undefined || !outcome.ok) return { sample, wrong: undefined };
  const fault = await examine(one, { ...question, check }, answer, signal);
  if (fault === undefined) return { sample, wrong: undefined };
  return { sample: { ...sample, mismatch: true }, wrong: { call, answer: outcome.result, check, fault } };
}
