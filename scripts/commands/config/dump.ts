import { loadGatewayConfig } from '../../../router/bin/gatewayConfig.ts';
import { dumpConfig } from '../../../router/config/dump.ts';
import { redactConfig } from '../../../router/config/redact.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { createOutput } from '../../lib/output.ts';

/** `din config dump` */
export async function dump(
  options: { readonly config: string; readonly json?: boolean },
  io: CliIo,
): Promise<void> {
  const config = await loadGatewayConfig(options.config, io.env);
  createOutput(io, options.json === true).result({ config: redactConfig(config) }, [
    dumpConfig(config).trimEnd(),
  ]);
}
