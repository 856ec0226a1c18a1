import type { Ms } from '../core/units.ts';
import type { UpstreamOutcome } from '../upstream/outcome.ts';
import type { ProbeQuestion } from './probeMix.ts';
import type { Sample } from './sample.ts';

export interface ProbeSpan {
  readonly startedAt: Ms;
  readonly endedAt: Ms;
}

/**
 * What an outcome says about the service; undefined when it says nothing: a rate limit is the watcher's own burden on
 * the service, and an aborted probe was the watcher's decision. Any other error in reply to these well-formed
 * everyday questions is the service's failure, or a service could refuse all probes without a blemish.
 */
export function judgeProbe(
  question: ProbeQuestion,
  outcome: UpstreamOutcome,
  expectedChainId: number,
  span: ProbeSpan,
): Sample | undefined {
  const { latencyMs } = outcome;
  if (!outcome.ok) {
    if (outcome.class === 'capacity' || outcome.reason === 'aborted') return undefined;
    return { ...span, ok: false, latencyMs, head: undefined, mismatch: false };
  }
  const reading = question.read(outcome.result);
  if (reading === undefined) return { ...span, ok: false, latencyMs, head: undefined, mismatch: false };
  const { chainId } = reading;
  const mismatch = chainId !== undefined && chainId !== expectedChainId;
  return { ...span, ok: true, latencyMs, head: reading.head, mismatch };
}
