import { setTimeout as delay } from 'node:timers/promises';
import { createFaultSwitch } from '../devnet/faultSwitch.ts';
import { startProviderNode } from '../devnet/providerNode.ts';
import type { SoakFault } from './faultKinds.ts';

/** A time in which an endpoint was not well. Instants of `performance.now()`. */
export interface Spell {
  readonly provider: number;
  readonly fault: SoakFault;
  readonly from: number;
  readonly until: number;
}

/** A provider's endpoint before the network's node, and what became of it. */
export interface Endpoint {
  readonly url: string;
  /** All that are over. */
  readonly spells: readonly Spell[];
  /** From now on; undefined: well. Resolves once it is so. */
  set(fault: SoakFault | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Between two turns of a fault that has several. */
const TURN_MS = 350;

export async function startEndpoint(provider: number, nodeUrl: string): Promise<Endpoint> {
  // In this process, where nothing dies; the switch is the same.
  const node = await startProviderNode({ nodeUrl, port: 0, controlPort: 0, exit: () => undefined });
  const control = createFaultSwitch(node.controlUrl);
  const spells: Spell[] = [];
  let current: { readonly fault: SoakFault; readonly from: number } | undefined;
  let turning = new AbortController();
  let turned: Promise<void> = Promise.resolve();

  async function turn({ turns }: SoakFault, signal: AbortSignal): Promise<void> {
    for (let index = 1; turns.length > 1; index++) {
      await delay(TURN_MS, undefined, { signal }).catch(() => undefined);
      const next = turns[index % turns.length];
      if (signal.aborted || next === undefined) return;
      await control.set(next);
    }
  }

  return {
    url: node.url,
    spells,
    async set(fault) {
      if (fault === current?.fault) return;
      turning.abort();
      await turned;
      const from = performance.now();
      await control.set(fault?.turns[0] ?? { mode: 'none' });
      const now = performance.now();
      // Until it was over for certain, and from when it may have begun.
      if (current) spells.push({ provider, ...current, until: now });
      current = fault && { fault, from };
      turning = new AbortController();
      turned = fault ? turn(fault, turning.signal) : Promise.resolve();
    },
    async close() {
      turning.abort();
      await turned;
      await node.close();
    },
  };
}
