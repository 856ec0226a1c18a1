import { CAPABILITY_BITS, type Capability, capabilityNames } from '../core/capability.ts';
import type { Lack } from '../core/errorTable.ts';
import { type Ms, ms } from '../core/units.ts';
import {
  believedLimit,
  type LearntLimit,
  NO_LIMIT,
  RETEST_MS,
  refuses,
  sizeAnswered,
  sizeRefused,
} from './learntLimit.ts';
import { type Question, RECENT_BLOCKS } from './question.ts';

/** What a service was learnt to be able to do or not, whatever it declares. Immutable. */
export interface Abilities {
  /** Bitmap of the capabilities that its answers showed. */
  readonly has: number;
  /** Bitmap of the capabilities that it was learnt to lack. */
  readonly lacks: number;
  /** Until when each of these is believed; then it is tried again. */
  readonly lacksUntil: readonly { readonly bit: number; readonly until: Ms }[];
  /** Single methods that it does not offer though others do, the newest last. */
  readonly refused: readonly { readonly method: string; readonly until: Ms }[];
  /** How many blocks behind the head it still has the state. */
  readonly depth: LearntLimit;
  /** How many blocks it takes in one query for logs. */
  readonly logs: LearntLimit;
}

export const NO_ABILITIES: Abilities = {
  has: 0,
  lacks: 0,
  lacksUntil: [],
  refused: [],
  depth: NO_LIMIT,
  logs: NO_LIMIT,
};

// Real nodes lack a handful of the methods that others have; the next one pushes out the oldest.
const MAX_REFUSED = 16;
const METHOD = /^\w{1,64}$/;
const { archive } = CAPABILITY_BITS;

/** What one answer showed about a service. Plain data: the process that probes tells it to those that serve. */
export type Finding =
  | { readonly question: Question; readonly able: true }
  | {
      readonly question: Question;
      readonly able: false;
      readonly lack: Lack;
      /** The limit that a refused query for logs was answered with. Blocks. */
      readonly logLimit?: number | undefined;
    };

/** Returns the same object when the finding is no news. */
export function learnt(abilities: Abilities, finding: Finding, now: Ms): Abilities {
  const { question } = finding;
  const { depth, logBlocks } = question;
  // How old a state it has is known by the depth alone.
  const bits = question.capabilities & ~archive;
  if (finding.able) return withSizes(showed(abilities, isWhole(question) ? bits | archive : bits), question);
  switch (finding.lack) {
    case 'method':
      return lacking(abilities, bits & ~CAPABILITY_BITS.full, now);
    case 'state': {
      if (depth === 0) return abilities;
      const has = abilities.has & ~archive;
      return { ...abilities, has, depth: sizeRefused(abilities.depth, depth, now) };
    }
    case 'range':
      // What one block holds is no matter of the span.
      if (logBlocks <= 1) return abilities;
      return { ...abilities, logs: sizeRefused(abilities.logs, logBlocks, now, finding.logLimit) };
  }
}

// More than any node but an archive keeps: 90,000 is go-ethereum's default, the largest of all.
const ARCHIVE_DEPTH = 100_000;

/** Who has this state has all of it. The state after the genesis block alone is everybody's. */
function isWhole({ depth, block }: Question): boolean {
  return depth > ARCHIVE_DEPTH || (depth > RECENT_BLOCKS && block === 1);
}

function withSizes(abilities: Abilities, { depth, logBlocks }: Question): Abilities {
  const deeper = depth === 0 ? abilities.depth : sizeAnswered(abilities.depth, depth);
  const longer = logBlocks === 0 ? abilities.logs : sizeAnswered(abilities.logs, logBlocks);
  const isNews = deeper !== abilities.depth || longer !== abilities.logs;
  return isNews ? { ...abilities, depth: deeper, logs: longer } : abilities;
}

/** It does not offer a method that another service has just answered: without the other it may be no method at all. */
export function methodRefused(abilities: Abilities, method: string, now: Ms): Abilities {
  if (!METHOD.test(method) || refusesMethod(abilities, method, now)) return abilities;
  const others = abilities.refused.filter((each) => each.method !== method && now < each.until);
  const until = ms(now + RETEST_MS);
  return { ...abilities, refused: [...others.slice(1 - MAX_REFUSED), { method, until }] };
}

/** A capability was shown by an answer. */
function showed(abilities: Abilities, bits: number): Abilities {
  if ((abilities.has & bits) === bits && (abilities.lacks & bits) === 0) return abilities;
  return { ...abilities, has: abilities.has | bits, ...withoutLacks(abilities, bits) };
}

/** Capabilities were asked for and are not there. */
export function lacking(abilities: Abilities, bit: number, now: Ms): Abilities {
  if (bit === 0) return abilities;
  const { lacks, lacksUntil } = withoutLacks(abilities, bit);
  return {
    ...abilities,
    has: abilities.has & ~bit,
    lacks: lacks | bit,
    lacksUntil: [...lacksUntil, { bit, until: ms(now + RETEST_MS) }],
  };
}

function withoutLacks({ lacks, lacksUntil }: Abilities, bits: number) {
  return { lacks: lacks & ~bits, lacksUntil: lacksUntil.filter(({ bit }) => (bit & bits) === 0) };
}

/** The service was learnt not to be able to answer this, and it is not yet time to try again. */
export function cannot(abilities: Abilities, question: Question, now: Ms): boolean {
  const { capabilities, depth, logBlocks } = question;
  if (abilities.refused.length > 0 && refusesMethod(abilities, question.method, now)) return true;
  if ((abilities.lacks & capabilities) !== 0 && hasFreshLack(abilities, capabilities, now)) return true;
  if (depth > 0 && refuses(abilities.depth, depth, now)) return true;
  return logBlocks > 0 && refuses(abilities.logs, logBlocks, now);
}

export function refusesMethod({ refused: list }: Abilities, method: string, now: Ms): boolean {
  return list.some((each) => each.method === method && now < each.until);
}

/** The capabilities that the question needs and that the service neither declares nor has shown. */
export function unproven(declared: number, abilities: Abilities, question: Question): number {
  const missing = question.capabilities & ~(declared | abilities.has);
  // A block that is asked for again and again is a little deeper each time.
  const isDeepEnough = question.depth <= abilities.depth.most + RECENT_BLOCKS;
  return isDeepEnough && abilities.depth.most > 0 ? missing & ~archive : missing;
}

function hasFreshLack({ lacksUntil }: Abilities, bits: number, now: Ms): boolean {
  return lacksUntil.some(({ bit, until }) => (bit & bits) !== 0 && now < until);
}

/** Names of what it was learnt to lack, and is still believed to. */
export function lackNames(abilities: Abilities, now: Ms): Capability[] {
  const lacks = abilities.lacksUntil.filter(({ until }) => now < until);
  const bits = lacks.reduce((sum, { bit }) => sum | bit, 0);
  return capabilityNames(believedLimit(abilities.depth, now) === undefined ? bits : bits | archive);
}

/** The longest query for logs that it is believed to answer, in blocks; undefined while no limit is known. */
export function logLimit(abilities: Abilities, now: Ms): number | undefined {
  return believedLimit(abilities.logs, now);
}
