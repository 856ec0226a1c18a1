import type { Spell } from './endpoint.ts';
import type { Alleged, ChainRecord } from './record.ts';
import { EPOCH_SECONDS } from './terms.ts';
import { canAgree, certainOffences, type EpochSpan, possibleOffences, type Truth, truthOf } from './truth.ts';

export interface SoakFacts {
  readonly spans: readonly EpochSpan[];
  readonly spells: readonly Spell[];
  readonly record: ChainRecord;
  readonly providers: number;
  readonly watchers: number;
  /** When epoch 0 began, in Unix seconds. */
  readonly genesis: number;
  /** Epochs whose reports nobody could bring, or a reorg took away too late: nothing must follow from them. */
  readonly lost: ReadonlySet<number>;
  /** Epochs in which this machine stood still for too long to be a judge of latency and presence. */
  readonly stalled: ReadonlySet<number>;
}

export interface EpochVerdict {
  readonly epoch: number;
  /** By provider. */
  readonly truths: readonly (readonly Truth[])[];
  /** Providers that had to be punished. */
  readonly certain: ReadonlySet<number>;
  /** By watcher; undefined: it was silent. */
  readonly said: readonly (readonly Alleged[] | undefined)[];
  readonly opened: number;
  readonly executed: number;
  readonly slashed: bigint;
}

export interface SoakVerdict {
  readonly epochs: readonly EpochVerdict[];
  /** What must never happen. */
  readonly flaws: readonly string[];
  /** Said by too few to matter, and wrong. */
  readonly lone: readonly string[];
  /** Breaches that had to be punished, each once. */
  readonly certain: number;
}

/** Not measured for longer than that part of an epoch: it need not be found out. */
const MOST_AWAY = 0.4;
const OF_THE_LINE = ['outage', 'downtime', 'latency'] as const;

/** Holds what was said and done against what was true. Pure. */
export function judgeSoak(facts: SoakFacts): SoakVerdict {
  const { record } = facts;
  const flaws: string[] = [];
  const lone: string[] = [];
  const timesExecuted = (id: string) => record.executed.filter((one) => one.id === id).length;
  for (const { id, ...alleged } of record.opened) {
    const times = timesExecuted(id);
    if (times !== 1) flaws.push(`${nameOf(alleged)}: its case was executed ${times} times`);
  }

  /** Whether it had to be punished. */
  function judgeProvider(
    span: EpochSpan,
    provider: number,
    truths: readonly Truth[],
    areAgreed: boolean,
  ): boolean {
    const { epoch } = span;
    const isThis = (one: Pick<Alleged, 'epoch' | 'provider'>) =>
      one.epoch === epoch && one.provider === provider;
    const possible = new Set<string>(possibleOffences(truths));
    if (facts.stalled.has(epoch)) for (const offence of OF_THE_LINE) possible.add(offence);
    const accusations = Map.groupBy(record.attested.filter(isThis), ({ offence }) => offence);
    for (const [offence, those] of accusations) {
      if (possible.has(offence)) continue;
      const who = those.map(({ watcher }) => watcher + 1).join(', ');
      const line = `${nameOf({ epoch, provider, offence })}: said by watcher ${who}, and not so`;
      (3 * those.length >= 2 * facts.watchers ? flaws : lone).push(line);
    }
    const cases = record.opened.filter(isThis);
    for (const one of cases) {
      if (!possible.has(one.offence)) flaws.push(`${nameOf(one)}: there is a case, and it is not so`);
    }
    if (new Set(cases.map(({ offence }) => offence)).size !== cases.length)
      flaws.push(`epoch ${epoch}, provider ${provider + 1}: two cases for one offence`);
    const must = certainOffences(truths, areAgreed);
    if (must === undefined || facts.lost.has(epoch) || awayShare(facts, epoch, provider) > MOST_AWAY)
      return false;
    const punished = cases.filter((one) => must.some((offence) => offence === one.offence));
    if (punished.length === 0)
      flaws.push(
        `epoch ${epoch}, provider ${provider + 1}: ${must.join(' or ')} went unpunished (${figuresText(record.figures.filter(isThis))})`,
      );
    return true;
  }

  const epochs = facts.spans.map((span): EpochVerdict => {
    const { epoch } = span;
    const truths = Array.from({ length: facts.providers }, (_, provider) =>
      truthOf(span, provider, facts.spells),
    );
    const areAgreed = canAgree(truths);
    const certain = new Set(
      truths.flatMap((truth, provider) =>
        judgeProvider(span, provider, truth, areAgreed) ? [provider] : [],
      ),
    );
    const opened = record.opened.filter((one) => one.epoch === epoch);
    const executed = opened.flatMap(({ id }) => record.executed.filter((one) => one.id === id));
    return {
      ...{ epoch, truths, certain, opened: opened.length, executed: executed.length },
      slashed: executed.reduce((sum, { amount }) => sum + amount, 0n),
      said: Array.from({ length: facts.watchers }, (_, watcher) =>
        record.revealed.some((one) => one.epoch === epoch && one.watcher === watcher)
          ? record.attested.filter((one) => one.epoch === epoch && one.watcher === watcher)
          : undefined,
      ),
    };
  });
  const certain = epochs.reduce((sum, one) => sum + one.certain.size, 0);
  return { epochs, flaws, lone, certain };
}

function figuresText(figures: ChainRecord['figures']): string {
  const texts = figures.map(
    ({ watcher, successes, samples, p95LatencyMs, p95BlockLag, mismatches }) =>
      `watcher ${watcher + 1}: ${successes} of ${samples} answered, ${p95LatencyMs} ms, ${p95BlockLag} blocks behind, ${mismatches} wrong`,
  );
  return texts.join('; ') || 'no watcher spoke of it';
}

function awayShare({ record, genesis }: SoakFacts, epoch: number, provider: number): number {
  const start = genesis + epoch * EPOCH_SECONDS;
  let seconds = 0;
  for (let second = start; second < start + EPOCH_SECONDS; second++) {
    if (record.away.some((one) => one.provider === provider && second >= one.from && second < one.until))
      seconds += 1;
  }
  return seconds / EPOCH_SECONDS;
}

function nameOf({ epoch, provider, offence }: Alleged): string {
  return `epoch ${epoch}, provider ${provider + 1}, ${offence}`;
}
