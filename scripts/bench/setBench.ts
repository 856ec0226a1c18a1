import { CAPABILITY_BITS } from '../../router/core/capability.ts';
import { unixSeconds } from '../../router/core/units.ts';
import type { RegistryEvent } from '../../router/registry/events.ts';
import {
  type Address,
  activeServices,
  type NetworkKey,
  type ProviderSet,
} from '../../router/registry/providerSet.ts';
import { reduce } from '../../router/registry/reduce.ts';
import type { Random } from '../../test/fixtures/contracts/random.ts';

/** `plainMap`: a yardstick, one provider replaced in a mutable `Map` of all. */
export const OPERATIONS = ['stakeChange', 'pause', 'jail', 'lookup', 'plainMap'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Times operations on a set and on those that it becomes, for providers and networks drawn at random. */
export interface SetBench {
  /**
   * Milliseconds of one on the set as it was at first.
   * @param before called when all is ready, right before the clock starts
   */
  one(operation: Operation, before: () => void): number;
  /**
   * Processor time of one among as many in a row, the garbage collector's included, in milliseconds. Each event goes to
   * the set that the one before made; every second pause is a resume, and every second jail ends one.
   */
  inARow(operation: Operation, count: number): number;
}

type EventKind = Exclude<Operation, 'lookup' | 'plainMap'>;

const JAIL_SECONDS = 86_400;
const MICROSECONDS_PER_MS = 1_000;

export function createSetBench(set: ProviderSet, random: Random): SetBench {
  const providers = [...set.providers.values()];
  const plain = new Map(set.providers);

  function draw() {
    const { id, tokens, services } = random.pick(providers);
    const network = random.pick([...services.keys()]);
    // Texts of their own, as decoded events have them.
    return { provider: anew(id), network: anew(network), tokens };
  }

  /** One event, and the one that takes it back. */
  function events(kind: EventKind): [RegistryEvent, RegistryEvent] {
    const { provider, network, tokens } = draw();
    const at = { blockNumber: set.block.number, logIndex: 0, provider };
    switch (kind) {
      case 'stakeChange':
        return [
          { ...at, type: 'stakeChanged', tokens: tokens + 1n },
          { ...at, type: 'stakeChanged', tokens },
        ];
      case 'pause':
        return [
          { ...at, type: 'servicePaused', network },
          { ...at, type: 'serviceResumed', network },
        ];
      case 'jail': {
        const until = unixSeconds(set.block.timestamp + JAIL_SECONDS);
        return [
          { ...at, type: 'providerJailed', until },
          { ...at, type: 'providerJailed', until: unixSeconds(0) },
        ];
      }
    }
  }

  /** As a router does for a call: those with a capability, and one of them. */
  function lookUp(network: NetworkKey, turn: number): void {
    const able = activeServices(set, network, CAPABILITY_BITS.full);
    if (able.at(turn % able.size) === undefined) throw new RangeError('a service is missing');
  }

  function replace(id: Address): void {
    const provider = plain.get(id);
    if (provider === undefined) throw new RangeError('a provider is missing');
    plain.set(id, { ...provider });
  }

  /** As many calls as asked for, all of them drawn before the first. */
  function prepare(operation: Operation, count: number): () => void {
    switch (operation) {
      case 'lookup': {
        const networks = Array.from({ length: count }, () => draw().network);
        return () => networks.forEach(lookUp);
      }
      case 'plainMap': {
        const ids = Array.from({ length: count }, () => draw().provider);
        return () => ids.forEach(replace);
      }
      default: {
        const all = Array.from({ length: Math.ceil(count / 2) }, () => events(operation))
          .flat()
          .slice(0, count);
        return () => void all.reduce((current, event) => reduce(current, event), set);
      }
    }
  }

  return {
    one(operation, before) {
      const call = prepare(operation, 1);
      before();
      const begun = performance.now();
      call();
      return performance.now() - begun;
    },
    inARow(operation, count) {
      const calls = prepare(operation, count);
      const begun = process.cpuUsage();
      calls();
      const { user, system } = process.cpuUsage(begun);
      return (user + system) / MICROSECONDS_PER_MS / count;
    },
  };
}

function anew<Text extends string>(text: Text): Text {
  return Buffer.from(text).toString() as Text;
}
