import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { DinError } from '../../router/core/dinError.ts';

export interface AnvilOptions {
  readonly chainId: number;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Seconds between blocks; left out, each transaction is mined at once. */
  readonly blockTime?: number;
  /** Further flags, e.g. `--no-mining`. */
  readonly flags?: readonly string[];
}

export interface Anvil {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** SIGKILL, and waits for the end. */
  stop(): Promise<void>;
}

// None outlives the process that started it, unless that one is killed.
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a real anvil process on 127.0.0.1 and resolves once it listens.
 * @throws {@link AnvilStartError} when it ends before that, with what it printed.
 */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0)];
  args.push('--chain-id', String(options.chainId));
  if (options.blockTime !== undefined) args.push('--block-time', String(options.blockTime));
  args.push(...(options.flags ?? []));
  const child = spawn(anvilBinary(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => running.delete(child));
  const printed: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => printed.push(String(chunk)));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(new AnvilStartError(cause.message)));
    child.once('close', () => reject(new AnvilStartError(printed.join('').trim())));
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed.push(`${line}\n`);
      const match = /^Listening on .*:(\d+)$/.exec(line);
      if (match) resolve(Number(match[1]));
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * The platform's own binary: the package's `anvil` command is a wrapper, and killing a wrapper leaves the node running.
 */
export function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil';
  return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/${file}`);
}

export class AnvilStartError extends DinError {
  readonly code = 'ANVIL_START';
  constructor(details: string) {
    super(`anvil did not start: ${details || 'it ended without a word'}`);
  }
}
