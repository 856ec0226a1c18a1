import type { Ms } from '../core/units.ts';
import type { UpstreamFailure, UpstreamOutcome } from '../upstream/outcome.ts';
import { type Excuse, MAX_READ_BYTES, type ProbeQuestion, type ProbeReading } from './mix/question.ts';
import type { Sample } from './sample.ts';

export interface ProbeSpan {
  readonly startedAt: Ms;
  readonly endedAt: Ms;
}

export interface Judged {
  readonly sample: Sample;
  /** What the service answered, parsed; undefined when it is no answer to the question. */
  readonly answer: unknown;
}

/**
 * What an outcome says about the service; undefined when it says nothing: a rate limit is the watcher's own burden on
 * the service, an aborted probe was the watcher's decision, what this machine could not do is its own fault, and a
 * question may excuse some failures. Any other error in reply to these well-formed questions is the service's failure,
 * or a service could refuse all probes without a blemish.
 */
export function judgeProbe(
  question: ProbeQuestion,
  outcome: UpstreamOutcome,
  expectedChainId: number,
  span: ProbeSpan,
): Judged | undefined {
  if (!outcome.ok) return judgeFailure(question, outcome, span);
  if (outcome.result.length > MAX_READ_BYTES)
    return judgeFailure(question, { ...TOO_LARGE, latencyMs: outcome.latencyMs }, span);
  const answer = parse(outcome.result);
  const reading = answer === undefined ? undefined : question.read(answer);
  if (reading === undefined) return { sample: failed(question, outcome.latencyMs, span), answer: undefined };
  return { sample: answered(question, outcome.latencyMs, span, reading, expectedChainId), answer };
}

const TOO_LARGE = { ok: false, class: 'provider', reason: 'too-large' } as const;

function judgeFailure(
  question: ProbeQuestion,
  outcome: UpstreamFailure,
  span: ProbeSpan,
): Judged | undefined {
  if (outcome.class === 'capacity' || SAYS_NOTHING.has(outcome.reason)) return undefined;
  const { excuses = [], tests } = question;
  // A heavy question may take too long, or fail for once. That it is not offered, or its data not kept, is what counts.
  if (tests !== undefined && outcome.class !== 'capability') return undefined;
  const excuse = excuseOf(outcome);
  if (excuse === undefined || !excuses.includes(excuse))
    return { sample: failed(question, outcome.latencyMs, span), answer: undefined };
  // A revert is the answer to such a call.
  if (excuse !== 'caller') return undefined;
  return { sample: { ...failed(question, outcome.latencyMs, span), ok: true }, answer: undefined };
}

const SAYS_NOTHING: ReadonlySet<UpstreamFailure['reason']> = new Set(['aborted', 'own-machine']);

function excuseOf({ class: errorClass, lack, reason }: UpstreamFailure): Excuse | undefined {
  if (reason === 'too-large') return 'size';
  if (errorClass === 'client') return 'caller';
  if (errorClass !== 'capability') return undefined;
  if (lack === 'state') return 'state';
  return lack === 'range' ? 'size' : undefined;
}

function answered(
  { tests }: ProbeQuestion,
  latencyMs: Ms,
  span: ProbeSpan,
  { head, chainId }: ProbeReading,
  expectedChainId: number,
): Sample {
  const mismatch = chainId !== undefined && chainId !== expectedChainId;
  if (tests !== undefined) return { ...span, ok: true, latencyMs: undefined, head, mismatch, tested: tests };
  return { ...span, ok: true, latencyMs, head, mismatch };
}

function failed({ tests }: ProbeQuestion, latencyMs: Ms, span: ProbeSpan): Sample {
  const sample = { ...span, ok: false, latencyMs, head: undefined, mismatch: false };
  return tests === undefined ? sample : { ...sample, tested: tests };
}

/** Answers come from strangers: text that is no JSON reads as undefined. */
function parse(result: string): unknown {
  try {
    return JSON.parse(result);
  } catch {
    return undefined;
  }
}
