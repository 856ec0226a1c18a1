import { stringify } from 'yaml';
import { redactConfig } from './redact.ts';
import type { GatewayConfig } from './schema.ts';

/** The configuration in force as YAML: defaults filled in, secrets masked. */
export function dumpConfig(config: GatewayConfig): string {
  return stringify(redactConfig(config));
}
