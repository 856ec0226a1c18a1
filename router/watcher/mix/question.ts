import type { Capability } from '../../core/capability.ts';
import type { RawJson } from '../../core/rawJson.ts';
import type { UpstreamCall } from '../../upstream/outcome.ts';
import type { Check } from '../checks/check.ts';
import { word } from '../proof/fields.ts';

/** What a well-formed answer says. */
export interface ProbeReading {
  readonly head?: number;
  readonly chainId?: number;
}

/**
 * What is no failure of the service's:
 * - `caller`: an error that the call itself earns, as a revert
 * - `state`: that it does not keep the state of the block any more
 * - `size`: an answer larger than this watcher reads
 */
export type Excuse = 'caller' | 'state' | 'size';

/** A question of the mix, and how to read the answer. */
export interface ProbeQuestion {
  readonly call: UpstreamCall;
  /** Undefined when the answer is not what the method returns. */
  read(answer: unknown): ProbeReading | undefined;
  readonly excuses?: readonly Excuse[];
  /** The declared capability that it tests: the question may be a heavy one. */
  readonly tests?: Capability;
  /** How the answer is compared with what is proven or with what others say. */
  readonly check?: Check;
}

/** No answer that is longer is looked into. Most blocks are shorter. */
export const MAX_READ_BYTES = 1024 * 1024;

export function callOf(method: string, params: readonly unknown[]): UpstreamCall {
  // Only reads: as a gateway's, they outlive the end of a kept connection.
  return { method, params: JSON.stringify(params) as RawJson, repeatable: true };
}

// Nodes are not all strict about leading zeros: no reason to call an answer malformed.
const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;
const DATA = /^0x(?:[0-9a-fA-F]{2})*$/;

/** A number that an answer names; undefined when it is none, or beyond safe integers. */
export function numberOf(answer: unknown): number | undefined {
  if (!isQuantity(answer)) return undefined;
  const number = Number(answer);
  return Number.isSafeInteger(number) ? number : undefined;
}

function isQuantity(answer: unknown): answer is string {
  return typeof answer === 'string' && QUANTITY.test(answer);
}

/** An answer's own field: what its prototype has is not the node's word. */
export function fieldOf(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null
    ? Object.getOwnPropertyDescriptor(answer, name)?.value
    : undefined;
}

// Amounts in wei are beyond safe integers, and a block is judged elsewhere: here only the shape counts.
export const anyQuantity = (answer: unknown) => (isQuantity(answer) ? NOTHING : undefined);
export const anyData = (answer: unknown) =>
  typeof answer === 'string' && DATA.test(answer) ? NOTHING : undefined;
/** Nodes write a slot's value as 32 bytes or as a number. */
export const anyWord = (answer: unknown) => (word(answer) === undefined ? undefined : NOTHING);
export const anyObject = (answer: unknown) =>
  typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? NOTHING : undefined;
export const anyList = (answer: unknown) => (Array.isArray(answer) ? NOTHING : undefined);
/** Of what a node looks up by a hash: it need not keep an index of old ones. */
export const anyObjectOrNull = (answer: unknown) => (answer === null ? NOTHING : anyObject(answer));

const NOTHING: ProbeReading = {};
