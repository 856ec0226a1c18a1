import { main } from '../../../router/bin/gateway.ts';
import type { CliIo } from '../../lib/cliIo.ts';

/** `din gateway`: the log is its output. */
export async function run({ config }: { readonly config: string }, io: CliIo): Promise<void> {
  const { env: environment, stdout: log, signal } = io;
  await main({ configFile: config, environment, log, ...(signal && { signal }) });
}
