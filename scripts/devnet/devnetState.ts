import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from 'viem';
import { z } from 'zod';
import { DinError } from '../../router/core/dinError.ts';
import type { DevAccount } from './devAccounts.ts';

/** All that one needs to play with a running development network. The keys are anvil's well-known ones. */
export interface DevnetState {
  /** Of the process that runs it; Ctrl-C there ends all. */
  readonly pid: number;
  /** `GET /state`, `POST /providers/<name>/fault`. */
  readonly controlUrl: string;
  readonly gateway: { readonly url: string; readonly rpcUrl: string; readonly config: string };
  readonly settlement: {
    readonly chainId: number;
    readonly rpcUrl: string;
    readonly deploymentBlock: number;
    readonly contracts: {
      readonly token: Address;
      readonly accessManager: Address;
      readonly vault: Address;
      readonly registry: Address;
      readonly hub: Address;
      readonly court: Address;
      readonly escrow: Address;
    };
  };
  readonly network: {
    readonly caip2: string;
    readonly slug: string;
    readonly chainId: number;
    /** The node that all providers stand in front of. */
    readonly rpcUrl: string;
  };
  readonly governor: DevAccount;
  readonly guardian: DevAccount;
  readonly treasury: DevAccount;
  readonly providers: readonly ProviderState[];
  readonly watchers: readonly WatcherState[];
  /** Funded on the served chain. */
  readonly users: readonly DevAccount[];
  /** As they were started; a provider that dies and returns has another pid. */
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly log: string }[];
}

export interface ProviderState extends DevAccount {
  readonly name: string;
  /** Its endpoint, as registered on-chain. */
  readonly url: string;
  /** Its switch. */
  readonly controlUrl: string;
}

export interface WatcherState extends DevAccount {
  readonly name: string;
  readonly stateDir: string;
}

const FILE = 'network.json';
/** What others rely on when they read the file back. */
const READ = z.object({ controlUrl: z.url(), pid: z.int() });

/** Where a network's state stands unless it is said otherwise. */
export const DEFAULT_STATE_DIR = join('.din', 'devnet');

export async function writeDevnetState(stateDir: string, state: DevnetState): Promise<string> {
  await mkdir(stateDir, { recursive: true });
  const file = join(stateDir, FILE);
  const fresh = `${file}.new`;
  await writeFile(fresh, `${JSON.stringify(state, null, 2)}\n`);
  await rename(fresh, file);
  return file;
}

/** Where the last network that was started here is controlled; it may have ended. @throws {@link NoDevnetError} */
export async function readDevnetControl(stateDir: string): Promise<z.infer<typeof READ>> {
  try {
    return READ.parse(JSON.parse(await readFile(join(stateDir, FILE), 'utf8')));
  } catch (cause) {
    throw new NoDevnetError(stateDir, { cause });
  }
}

export class NoDevnetError extends DinError {
  readonly code = 'NO_DEVNET';
  constructor(stateDir: string, options?: { cause?: unknown }) {
    super(`no development network runs with its state in ${stateDir}: start one with \`npm start\``, options);
  }
}
