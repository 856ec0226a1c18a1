import { DeployParametersError, deployParametersSchema } from './deployParameters.ts';

const NAMES = Object.keys(deployParametersSchema.shape);
const ENVIRONMENT_PREFIX = 'DIN_DEPLOY_';

/**
 * Parameters that a file leaves to whoever deploys: `DIN_DEPLOY_GOVERNOR_DELAY_SECONDS` in the environment for
 * `governorDelaySeconds`, and over it `name=value` texts.
 * @throws {@link DeployParametersError} when a text names no parameter.
 */
export function parameterOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
): Record<string, unknown> {
  const overrides: Record<string, unknown> = {};
  for (const name of NAMES) {
    const value = environment[environmentName(name)];
    if (value !== undefined && value !== '') overrides[name] = parse(value);
  }
  for (const setting of settings) {
    const [, name = '', value = ''] = /^(\w+)=(.+)$/s.exec(setting) ?? [];
    if (!NAMES.includes(name)) {
      throw new DeployParametersError(`"${setting}" must be name=value, with one of ${NAMES.join(', ')}`);
    }
    overrides[name] = parse(value);
  }
  return overrides;
}

/** `thawSeconds` → `DIN_DEPLOY_THAW_SECONDS`. */
export function environmentName(parameter: string): string {
  return ENVIRONMENT_PREFIX + parameter.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** Numbers and truth values as such; the rest as text, which a schema checks. */
function parse(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  // What no number holds exactly stays text: an amount is read from it digit by digit.
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
