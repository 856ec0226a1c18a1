import { connect } from 'node:net';
import { SwitchError } from '../devnet/faultSwitch.ts';
import type { FleetMember, ProviderFleet } from '../devnet/providerFleet.ts';
import { until } from '../devnet/until.ts';
import type { FaultKind } from './faultKinds.ts';
import type { Phase } from './plan.ts';

const SWITCH_TIMEOUT_MS = 60_000;

/** The hand on all providers' switches at once. */
export interface Weather {
  /**
   * Those that get well do so first, and the others' faults change only when `settled` says that all calls of before
   * have ended: a call that asks nobody twice needs somebody who is well for as long as it lasts.
   */
  turn(faults: Phase['faults'], settled: () => Promise<void>): Promise<void>;
  /** The faults that no request has met since the last turn. */
  unmet(): Promise<FaultKind[]>;
}

export function createWeather(args: {
  readonly members: readonly FleetMember[];
  readonly fleet: ProviderFleet;
  /** Where the providers say that they are, by provider. */
  readonly publish: (urls: readonly string[]) => void;
}): Weather {
  const { members, fleet } = args;
  let current: Phase['faults'] = [];
  let published: readonly string[] = [];

  function publish(): void {
    const urls = members.map(({ url }, index) => current[index]?.move?.(url) ?? url);
    if (urls.join() !== published.join()) args.publish(urls);
    published = urls;
  }

  const set = (faults: Phase['faults'], isMeant: (kind: FaultKind | undefined) => boolean) =>
    Promise.all(
      members.map(({ name }, index) => {
        const kind = faults[index];
        if (!isMeant(kind)) return undefined;
        const fault = kind?.fault ?? { mode: 'none' };
        // One that was just killed may not be known to be dead yet.
        return until(`the switch of ${name}`, () => fleet.setFault(name, fault), SWITCH_TIMEOUT_MS);
      }),
    );

  async function isMet({ name, url }: FleetMember, { fault }: FaultKind): Promise<boolean> {
    if (fault.mode === 'refuse') return refuses(Number(new URL(url).port));
    try {
      const { spoilt } = await fleet.switchOf(name).stats();
      return fault.mode !== 'kill' && spoilt > 0;
    } catch (error) {
      // It has met the request that it dies of.
      if (error instanceof SwitchError) return fault.mode === 'kill';
      throw error;
    }
  }

  return {
    async turn(faults, settled) {
      await set(faults, (kind) => kind === undefined);
      current = members.map((_, index) => (faults[index] === undefined ? undefined : current[index]));
      publish();
      await settled();
      await set(faults, (kind) => kind !== undefined);
      current = faults;
      publish();
    },
    async unmet() {
      const unmet = await Promise.all(
        members.map(async (member, index) => {
          const kind = current[index];
          return kind === undefined || (await isMet(member, kind)) ? [] : [kind];
        }),
      );
      return unmet.flat();
    },
  };
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}
