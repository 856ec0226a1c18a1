import { loadConfig } from '../../../router/config/load.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { createOutput } from '../../lib/output.ts';

/** `din config validate` */
export async function validate(
  options: { readonly config: string; readonly json?: boolean },
  io: CliIo,
): Promise<void> {
  await loadConfig(options.config, io.env);
  createOutput(io, options.json === true).result({ config: options.config }, [`${options.config} is valid`]);
}
