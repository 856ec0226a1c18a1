import type { AttestedOffence } from '../../router/registry/breaches.ts';
import type { FaultRequest } from '../devnet/fault.ts';

/** One way in which an endpoint is not well. */
export interface SoakFault {
  readonly name: string;
  /** One after the other, again and again; a single one stays. */
  readonly turns: readonly FaultRequest[];
  /** What watchers may truly say of it. */
  readonly offences: readonly AttestedOffence[];
  /** As long as it takes up no more of an epoch than this, it breaks no SLA: who says so errs. 0: one answer does. */
  readonly harmlessShare: number;
  /**
   * All through an epoch, `certain` breaches must be punished, `agreed` ones while two thirds of the providers are well
   * and can agree on what is true, `possible` ones may be, `harmless` ones must not.
   */
  readonly rank: 'certain' | 'agreed' | 'possible' | 'harmless';
}

const FOREIGN_CHAIN_ID = 31_338;

/** Not there, or as good as that. Which of the two offences it is depends on a single answer. */
const GONE = ['outage', 'downtime'] as const;
/** A twentieth of an epoch; the SLA allows a fifth of the answers to fail. */
const UNNOTICED = 0.05;

function gone(name: string, ...turns: FaultRequest[]): SoakFault {
  return { name, turns, offences: GONE, harmlessShare: UNNOTICED, rank: 'certain' };
}

function breach(name: string, offences: readonly AttestedOffence[], fault: FaultRequest): SoakFault {
  return { name, turns: [fault], offences, harmlessShare: 0, rank: 'certain' };
}

/** What is no provider's right. */
export const FAULTS: readonly SoakFault[] = [
  gone('refuses', { mode: 'refuse' }),
  gone('hangs', { mode: 'hang' }),
  gone('cuts', { mode: 'drop' }),
  gone('resets', { mode: 'reset' }),
  gone('500', { mode: 'status500' }),
  gone('web page', { mode: 'html' }),
  gone('truncated', { mode: 'truncated' }),
  gone('wrong id', { mode: 'wrongId' }),
  gone('flaps', { mode: 'status500' }, { mode: 'none' }),
  // Between the SLA and twice of it, where a probe's time is up: on a busy machine some come too late for that.
  breach('slow', ['latency', ...GONE], { mode: 'slow', delayMs: 2_250 }),
  breach('stuck head', ['stale'], { mode: 'behind' }),
  breach('other chain', ['invalidData', ...GONE], { mode: 'wrong', chainId: FOREIGN_CHAIN_ID }),
  { ...breach('lies', ['invalidData', ...GONE], { mode: 'wrong' }), rank: 'agreed' },
  // What the SLA has no figure for, or only where it is asked often enough.
  { ...breach('invents blocks', ['invalidData', ...GONE], { mode: 'ahead' }), rank: 'possible' },
  { ...breach('forgets blocks', ['invalidData', ...GONE], { mode: 'forgets' }), rank: 'possible' },
];

/** Whose head stands still like another's: as many of them as of the well could not be told from these. */
export function isStuck({ turns }: SoakFault): boolean {
  return turns.some(({ mode }) => mode === 'behind');
}

interface Blemish extends SoakFault {
  readonly seconds: number;
}

/** What a provider may do without breaking its word. */
export const BLEMISHES: readonly Blemish[] = [
  blemish('blinks', GONE, 0.1, 0.4, { mode: 'status500' }),
  blemish('is away', GONE, 0.1, 0.4, { mode: 'refuse' }),
  blemish('freezes', ['stale'], 0.25, 1, { mode: 'behind' }),
  blemish('is slowish', ['latency'], 1, 5, { mode: 'slow', delayMs: 400 }),
];

function blemish(
  name: string,
  offences: readonly AttestedOffence[],
  harmlessShare: number,
  seconds: number,
  fault: FaultRequest,
): Blemish {
  return { name, turns: [fault], offences, harmlessShare, rank: 'harmless', seconds };
}

/** Announced on-chain beforehand, so nobody measures it: no accusation is true. */
export const MAINTENANCE: SoakFault = {
  name: 'is away as announced',
  turns: [{ mode: 'refuse' }],
  offences: [],
  harmlessShare: 1,
  rank: 'harmless',
};
