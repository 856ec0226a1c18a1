import type { EpochPhase } from '../chain/epochClock.ts';
import type { Hex } from '../registry/providerSet.ts';
import type { ReportState, StoredReport } from './reportStore.ts';

/** What the hub knows of a report; the commitment is zero when there is none. */
export interface ReportOnChain {
  readonly commitment: Hex;
  readonly revealedChunks: number;
}

export type AttestationStep =
  | { readonly kind: 'wait'; readonly state: ReportState }
  | { readonly kind: 'commit' }
  /** `from`: first chunk that is not revealed. */
  | { readonly kind: 'reveal'; readonly from: number }
  | { readonly kind: 'over'; readonly state: 'revealed' }
  | { readonly kind: 'over'; readonly state: 'missed'; readonly why: MissedBecause };

export type MissedBecause = 'COMMIT_WINDOW_MISSED' | 'REVEAL_WINDOW_MISSED' | 'FOREIGN_COMMITMENT';

const NO_COMMITMENT = /^0x0*$/;

/**
 * What to do about a report, from what the chain knows of it and which window is open. What was committed and then
 * lost in a reorg is committed again.
 */
export function nextStep(
  report: Pick<StoredReport, 'commitment' | 'chunks' | 'state'>,
  onChain: ReportOnChain,
  phase: EpochPhase,
): AttestationStep {
  if (NO_COMMITMENT.test(onChain.commitment)) {
    if (phase === 'commit') return { kind: 'commit' };
    if (phase === 'closed') return { kind: 'over', state: 'missed', why: 'COMMIT_WINDOW_MISSED' };
    // The epoch's end was reorged away for now, or the endpoint lags behind the one that took the commit.
    return { kind: 'wait', state: report.state };
  }
  // Another process with the same key was quicker; its report is not ours to reveal.
  if (onChain.commitment !== report.commitment) {
    return { kind: 'over', state: 'missed', why: 'FOREIGN_COMMITMENT' };
  }
  if (onChain.revealedChunks >= report.chunks.length) return { kind: 'over', state: 'revealed' };
  if (phase === 'reveal') return { kind: 'reveal', from: onChain.revealedChunks };
  if (phase === 'closed') return { kind: 'over', state: 'missed', why: 'REVEAL_WINDOW_MISSED' };
  return { kind: 'wait', state: 'committed' };
}
