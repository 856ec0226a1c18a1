import type { AttestedOffence } from '../../router/registry/breaches.ts';
import type { Spell } from './endpoint.ts';
import { MAINTENANCE, type SoakFault } from './faultKinds.ts';

/** When an epoch was, by `performance.now()`. */
export interface EpochSpan {
  readonly epoch: number;
  readonly from: number;
  readonly until: number;
  /** Every watcher that can has ended it by then. */
  readonly closedBy: number;
}

/** How one provider really was in one epoch. */
export interface Truth {
  readonly fault: SoakFault;
  /** Of the epoch, 0 to 1. */
  readonly share: number;
  /** It was so before the epoch began, and until all had ended it. */
  readonly isWhole: boolean;
  /** It may be called a breach. */
  readonly isNoticeable: boolean;
}

/** What happened to a provider in an epoch; nothing when it was well. */
export function truthOf(span: EpochSpan, provider: number, spells: readonly Spell[]): Truth[] {
  return spells.flatMap((spell) => {
    const { fault } = spell;
    if (spell.provider !== provider || spell.until <= span.from || spell.from >= span.closedBy) return [];
    const time = Math.min(spell.until, span.until) - Math.max(spell.from, span.from);
    const share = Math.max(time, 0) / (span.until - span.from);
    return [
      {
        fault,
        share,
        isWhole: spell.from <= span.from && spell.until >= span.closedBy,
        isNoticeable: fault.harmlessShare === 0 || share > fault.harmlessShare,
      },
    ];
  });
}

/** What may truly be said of it. */
export function possibleOffences(truths: readonly Truth[]): ReadonlySet<AttestedOffence> {
  return new Set(truths.flatMap(({ fault, isNoticeable }) => (isNoticeable ? fault.offences : [])));
}

/**
 * Of these, one must be punished; undefined when none need be.
 * @param areAgreed whether enough others are well to agree on what is true
 */
export function certainOffences(
  truths: readonly Truth[],
  areAgreed: boolean,
): readonly AttestedOffence[] | undefined {
  const isCertain = ({ fault, isWhole }: Truth) =>
    isWhole && (fault.rank === 'certain' || (fault.rank === 'agreed' && areAgreed));
  return truths.find(isCertain)?.fault.offences;
}

/** Whether two thirds of the providers were well in an epoch, or nearly so. */
export function canAgree(truths: readonly (readonly Truth[])[]): boolean {
  const unwell = truths.filter((those) =>
    those.some(({ isNoticeable, fault }) => isNoticeable || fault === MAINTENANCE),
  );
  return 3 * unwell.length <= truths.length;
}
