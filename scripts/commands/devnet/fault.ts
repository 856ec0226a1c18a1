import { readDevnetControl } from '../../devnet/devnetState.ts';
import { type Fault, parseFault } from '../../devnet/fault.ts';
import { controlRequest } from '../../devnet/faultSwitch.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { createOutput } from '../../lib/output.ts';

export interface FaultOptions {
  readonly stateDir: string;
  readonly json?: boolean;
  readonly delayMs?: number;
  readonly retryAfter?: number;
  readonly chainId?: number;
}

/**
 * `din devnet fault`: turns a provider's switch through the running network, which starts a dead one again.
 * @throws `NoDevnetError`, `UnknownFaultError`, `SwitchError`
 */
export async function fault(provider: string, mode: string, options: FaultOptions, io: CliIo): Promise<void> {
  const wanted = parseFault({
    mode,
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
    ...(options.retryAfter === undefined ? {} : { retryAfterSeconds: options.retryAfter }),
    ...(options.chainId === undefined ? {} : { chainId: options.chainId }),
  });
  const { controlUrl } = await readDevnetControl(options.stateDir);
  const url = `${controlUrl}/providers/${encodeURIComponent(provider)}/fault`;
  const done = await controlRequest<{ provider: string; fault: Fault }>(url, wanted);
  createOutput(io, options.json === true).result(done, [
    done.fault.mode === 'none'
      ? `${done.provider} is well`
      : `${done.provider} now fails: ${done.fault.mode}`,
  ]);
}
