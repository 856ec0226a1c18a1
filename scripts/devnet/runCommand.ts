import type { Address, Hex } from 'viem';
import { DinError } from '../../router/core/dinError.ts';
import { runDin } from '../cli.ts';

export interface CommandContext {
  readonly rpcUrl: string;
  readonly registry: Address;
}

/**
 * Runs a `din` command in this process, as its user would: the key in the environment.
 * @returns Its JSON result.
 * @throws {@link CommandFailedError} with what it said on stderr.
 */
export async function runCommand(
  argv: readonly string[],
  privateKey: Hex,
  context: CommandContext,
): Promise<Readonly<Record<string, unknown>>> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runDin([...argv, '--json'], {
    env: { DIN_PRIVATE_KEY: privateKey, DIN_RPC_URL: context.rpcUrl, DIN_REGISTRY: context.registry },
    stdout: (line) => out.push(line),
    stderr: (line) => err.push(line),
  });
  if (status !== 0) throw new CommandFailedError(argv, err.join('\n'));
  return JSON.parse(out.join('\n')) as Record<string, unknown>;
}

export class CommandFailedError extends DinError {
  readonly code = 'COMMAND_FAILED';
  constructor(argv: readonly string[], said: string) {
    super(`din ${argv.join(' ')}: ${said}`);
  }
}
