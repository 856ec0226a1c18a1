import { DinError } from '../../router/core/dinError.ts';

/** The command line itself is wrong: exit code 2, nothing was tried. */
export class UsageError extends DinError {
  readonly code = 'USAGE';
}
