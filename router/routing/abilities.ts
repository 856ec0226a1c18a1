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
import { toldLogBlocks } from './logRange.ts';
import type { Question } from './question.ts';

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
const MAX_METHOD_LENGTH = 64;
const { archive } = CAPABILITY_BITS;

/** A call was answered that asked for more than every node can. Returns the same object when that is no news. */
export function answered(abilities: Abilities, question: Question): Abilities {
  const { depth, logBlocks } = question;
  // How deep a state it has is known by the depth alone.
  const shown = question.capabilities & ~archive;
  const known = showed(abilities, shown);
  const deeper = depth === 0 ? known.depth : sizeAnswered(known.depth, depth);
  const longer = logBlocks === 0 ? known.logs : sizeAnswered(known.logs, logBlocks);
  return deeper === known.depth && longer === known.logs ? known : { ...known, depth: deeper, logs: longer };
}

/** A call was refused as one that this service cannot answer. */
export function refused(
  abilities: Abilities,
  question: Question,
  refusal: { readonly lack: Lack; readonly message: string | undefined },
  now: Ms,
): Abilities {
  const { depth, logBlocks } = question;
  if (refusal.lack === 'state' && depth > 0) {
    const less = sizeRefused(abilities.depth, depth, now);
    return { ...abilities, has: abilities.has & ~archive, depth: less };
  }
  if (refusal.lack === 'range' && logBlocks > 0) {
    const told = toldLogBlocks(refusal.message, logBlocks);
    if (told === undefined) return abilities;
    const limit = told === 'unknown' ? undefined : told;
    return { ...abilities, logs: sizeRefused(abilities.logs, logBlocks, now, limit) };
  }
  return abilities;
}

/** It does not offer a method that another service has just answered: without the other it may be no method at all. */
export function methodRefused(abilities: Abilities, method: string, now: Ms): Abilities {
  if (method.length > MAX_METHOD_LENGTH || refusesMethod(abilities, method, now)) return abilities;
  const others = abilities.refused.filter((each) => each.method !== method && now < each.until);
  const until = ms(now + RETEST_MS);
  return { ...abilities, refused: [...others.slice(1 - MAX_REFUSED), { method, until }] };
}

/** A capability was shown by an answer. */
export function showed(abilities: Abilities, bits: number): Abilities {
  if ((abilities.has & bits) === bits && (abilities.lacks & bits) === 0) return abilities;
  return { ...abilities, has: abilities.has | bits, ...withoutLacks(abilities, bits) };
}

/** A capability was asked for and is not there. */
export function lacking(abilities: Abilities, bit: number, now: Ms): Abilities {
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
  return (missing & archive) !== 0 && question.depth <= abilities.depth.most ? missing & ~archive : missing;
}

function hasFreshLack({ lacksUntil }: Abilities, bits: number, now: Ms): boolean {
  return lacksUntil.some(({ bit, until }) => (bit & bits) !== 0 && now < until);
}

/** Names of what it was learnt to lack, and is still believed to. */
export function lackNames(abilities: Abilities, now: Ms): Capability[] {
  let bits = 0;
  for (const { bit, until } of abilities.lacksUntil) if (now < until) bits |= bit;
  if (believedLimit(abilities.depth, now) !== undefined) bits |= archive;
  return capabilityNames(bits);
}

/** The longest query for logs that it is believed to answer, in blocks; undefined while no limit is known. */
export function logLimit(abilities: Abilities, now: Ms): number | undefined {
  return believedLimit(abilities.logs, now);
}
