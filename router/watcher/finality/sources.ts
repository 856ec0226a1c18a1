import type { Random } from '../../core/clock.ts';
import { someOf } from '../../core/someOf.ts';
import type { UpstreamTarget } from '../../upstream/outcome.ts';
import { callOf } from '../mix/question.ts';
import type { Anchor } from './anchor.ts';
import type { Ask } from './ask.ts';
import type { ViewCall } from './truth.ts';

/** Where the truth of one anchor can come from. */
export interface Sources {
  readonly anchor: Anchor;
  /** Whether nodes that keep no old state still have the anchor's. */
  readonly isNear: boolean;
  /** Services of operators who agreed on it. Whoever can prove is believed, and nobody else. */
  readonly targets: readonly UpstreamTarget[];
  readonly ask: Ask;
  readonly random: Random;
  /** Longest answer that is kept. */
  readonly maxBytes: number;
  /** Calls that were found at the anchor before. */
  readonly knownCalls: readonly ViewCall[];
}

/** Of so many nodes each proof is asked for before it is done without. */
const TRIES = 3;

/** What some of the nodes answer, one after the other, as long as somebody asks for the next. */
export async function* answersOf(
  { targets, ask, random, maxBytes }: Sources,
  method: string,
  params: readonly unknown[],
  tries = TRIES,
): AsyncGenerator<unknown> {
  for (const target of someOf(targets, tries, random)) {
    const found = await ask(target, callOf(method, params));
    if (found !== undefined && found.bytes <= maxBytes) yield found.answer;
  }
}
