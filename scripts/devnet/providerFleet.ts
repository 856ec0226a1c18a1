import { fileURLToPath } from 'node:url';
import { DinError } from '../../router/core/dinError.ts';
import type { ProviderState } from './devnetState.ts';
import type { Fault, FaultRequest } from './fault.ts';
import { createFaultSwitch, type FaultSwitch } from './faultSwitch.ts';
import type { ManagedProcess, Processes } from './processes.ts';

const MAIN = fileURLToPath(new URL('providerMain.ts', import.meta.url));
const PREFIX = 'provider-';
const READY_TIMEOUT_MS = 20_000;

export type FleetMember = Pick<ProviderState, 'name' | 'url' | 'controlUrl'>;

/** The providers' endpoints, each its own process. */
export interface ProviderFleet {
  /** Starts the endpoint's process, or starts it again after its end. */
  start(name: string): Promise<void>;
  /** Ends it as a power cut would. */
  kill(name: string): Promise<void>;
  /** Turns its switch; one that has died is started again first, unless it is to die. */
  setFault(name: string, fault: FaultRequest): Promise<Fault>;
  switchOf(name: string): FaultSwitch;
}

/** Errors: {@link UnknownProviderError}, and those of processes and switches. */
export function createProviderFleet(
  processes: Processes,
  providers: readonly FleetMember[],
  nodeUrl: string,
): ProviderFleet {
  const running = new Map<string, ManagedProcess>();

  const find = (name: string): FleetMember => {
    const provider = providers.find((one) => one.name === name);
    if (provider === undefined) throw new UnknownProviderError(name, providers);
    return provider;
  };
  const switchOf = (name: string) => createFaultSwitch(find(name).controlUrl);

  const fleet: ProviderFleet = {
    switchOf,
    async start(name) {
      const { url, controlUrl } = find(name);
      if (running.get(name)?.running()) return;
      const endpoint = processes.start({
        name: `${PREFIX}${name}`,
        command: process.execPath,
        args: [MAIN, nodeUrl, new URL(url).port, new URL(controlUrl).port],
      });
      running.set(name, endpoint);
      await endpoint.ready(() => switchOf(name).get(), READY_TIMEOUT_MS);
    },
    async kill(name) {
      find(name);
      await running.get(name)?.end('SIGKILL');
    },
    async setFault(name, fault) {
      const dead = running.get(name)?.running() !== true;
      if (dead && fault.mode === 'die') return { mode: 'die' };
      if (dead) await fleet.start(name);
      return await switchOf(name).set(fault);
    },
  };
  return fleet;
}

/** The provider whose endpoint a process is; undefined for any other process. */
export function providerOfProcess(processName: string): string | undefined {
  return processName.startsWith(PREFIX) ? processName.slice(PREFIX.length) : undefined;
}

export class UnknownProviderError extends DinError {
  readonly code = 'UNKNOWN_PROVIDER';
  constructor(name: string, providers: readonly FleetMember[]) {
    super(`no provider ${name}; there are ${providers.map((provider) => provider.name).join(', ')}`);
  }
}
