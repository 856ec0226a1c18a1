import type { Ms } from '../core/units.ts';
import type { Address } from '../registry/providerSet.ts';
import type { SampledService } from './epochReport.ts';
import type { Sample } from './sample.ts';

/** An answer of an operator to this watcher. */
interface Answer {
  readonly operator: Address;
  readonly at: Ms;
}

/**
 * The self-check before blaming: drops each failure unless another operator on that network answered meanwhile, or both
 * before it and after it. When all fail at once, the watcher's own line is at fault until shown otherwise, or the network
 * itself stands still: so an operator that is alone on its network is never called dead. A failed test of a capability
 * needs another operator who passed the like in that epoch.
 *
 * @param windowMs How near before and after.
 */
export function witnessed(sampled: readonly SampledService[], windowMs: Ms): SampledService[] {
  const kept: SampledService[] = [];
  for (const services of Map.groupBy(sampled, ({ service }) => service.network).values()) {
    const answers = services.flatMap(answersOf).sort((a, b) => a.at - b.at);
    const passed = passedTests(services);
    for (const { service, samples } of services) {
      const { provider } = service;
      const isCredible = (sample: Sample) =>
        sample.ok ||
        (hasWitness(provider, sample, answers, windowMs) &&
          (sample.tested === undefined || isPassedByOther(provider, passed.get(sample.tested))));
      const credible = samples.filter(isCredible);
      if (credible.length > 0) kept.push({ service, samples: credible });
    }
  }
  return kept;
}

function answersOf({ service, samples }: SampledService): Answer[] {
  return samples.filter(({ ok }) => ok).map(({ endedAt }) => ({ operator: service.provider, at: endedAt }));
}

/** Who has shown which capability. */
function passedTests(services: readonly SampledService[]): Map<Sample['tested'], Set<Address>> {
  const passed = new Map<Sample['tested'], Set<Address>>();
  for (const { service, samples } of services) {
    for (const { ok, tested } of samples) {
      if (!ok || tested === undefined) continue;
      passed.set(tested, (passed.get(tested) ?? new Set()).add(service.provider));
    }
  }
  return passed;
}

function isPassedByOther(operator: Address, operators: ReadonlySet<Address> = new Set()): boolean {
  return operators.size > (operators.has(operator) ? 1 : 0);
}

function hasWitness(operator: Address, failure: Sample, answers: readonly Answer[], windowMs: Ms): boolean {
  const { startedAt, endedAt } = failure;
  const answered = (from: number, to: number) => hasAnswer(operator, answers, from, to);
  return (
    answered(startedAt, endedAt) ||
    (answered(startedAt - windowMs, startedAt) && answered(endedAt, endedAt + windowMs))
  );
}

function hasAnswer(operator: Address, answers: readonly Answer[], from: number, to: number): boolean {
  for (let index = firstAt(answers, from); index < answers.length; index++) {
    const answer = answers[index];
    if (answer === undefined || answer.at > to) return false;
    if (answer.operator !== operator) return true;
  }
  return false;
}

/** Index of the first answer at or after `at`. */
function firstAt(answers: readonly Answer[], at: number): number {
  let low = 0;
  let high = answers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((answers[middle]?.at ?? Number.POSITIVE_INFINITY) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
