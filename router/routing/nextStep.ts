import type { ErrorClass } from '../core/errorClass.ts';
import type { MethodKind } from './methods.ts';

/** What becomes of a call after one service's outcome. */
export type NextStep =
  /** The outcome is the user's answer: a result, or an error of the user's own. */
  | 'answer'
  /** The transaction is in the pool already: success with its hash. */
  | 'known'
  /** Another service. */
  | 'retry'
  /** Another service, but only one that is as healthy: this one answered that it cannot. */
  | 'retry-able'
  /** It may have been executed and must not be again. */
  | 'give-up';

export interface StepQuestion {
  readonly kind: MethodKind;
  readonly outcome: { readonly ok: true } | { readonly ok: false; readonly class: ErrorClass };
  /** The node may have received and executed the call, although it failed. */
  readonly mayBeExecuted: boolean;
}

export function nextStep({ kind, outcome, mayBeExecuted }: StepQuestion): NextStep {
  if (outcome.ok) return 'answer';
  switch (outcome.class) {
    case 'client':
      return 'answer';
    case 'known':
      return 'known';
    case 'capability':
      return 'retry-able';
    // A refusal for its rate comes before any execution.
    case 'capacity':
      return 'retry';
    case 'provider':
      return kind === 'once' && mayBeExecuted ? 'give-up' : 'retry';
  }
}
