import { isAbsolute, join } from 'node:path';
import type { Environment } from '../config/substitute.ts';

/**
 * Where this user's programs keep what makes the next start quick and can be learnt anew, by the XDG rules; undefined
 * when the environment names no place.
 */
export function stateDir({ XDG_STATE_HOME, HOME }: Environment): string | undefined {
  // Relative ones are to be ignored, says the specification.
  if (XDG_STATE_HOME && isAbsolute(XDG_STATE_HOME)) return join(XDG_STATE_HOME, 'din');
  return HOME ? join(HOME, '.local', 'state', 'din') : undefined;
}
