import { KNOWN_CAPABILITIES } from '../core/capability.ts';
import { type Moves, movesOf } from './moves.ts';
import { emptyList, type PersistentList } from './persistent/persistentList.ts';
import type { Service } from './providerSet.ts';

/** Services in an order that does not depend on the history: those alike in capabilities together, then by id. */
export interface ServiceList extends Iterable<Service> {
  readonly size: number;
  at(index: number): Service | undefined;
}

/** The services with the same known capabilities. */
interface Alike {
  readonly capabilities: number;
  readonly services: PersistentList<Service>;
}

/** By id, and by key should a contract ever give an id twice. */
const NONE_ALIKE = emptyList<Service>((a, b) => a.id - b.id || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

/**
 * The active services of one network, by their capabilities: who has some is known by looking at the at most 2^7
 * combinations, not at services. Immutable; a class as {@link PersistentMap} is.
 */
export class NetworkServices implements ServiceList {
  readonly size: number;
  /** By their bitmaps, none of them empty. */
  readonly #alike: readonly Alike[];

  /** For this file; others begin with {@link NO_SERVICES}. */
  constructor(alike: readonly Alike[]) {
    this.#alike = alike;
    this.size = alike.reduce((sum, { services }) => sum + services.size, 0);
  }

  at(index: number): Service | undefined {
    let rest = index;
    for (const { services } of this.#alike) {
      if (rest < services.size) return services.at(rest);
      rest -= services.size;
    }
    return undefined;
  }

  *[Symbol.iterator](): Generator<Service, undefined> {
    for (const { services } of this.#alike) yield* services;
  }

  /** Those with all of these capabilities; this very list when that is all of them. */
  having(capabilities: number): ServiceList {
    const able = this.#alike.filter((alike) => (alike.capabilities & capabilities) === capabilities);
    return able.length === this.#alike.length ? this : new NetworkServices(able);
  }

  edited({ leaving, joining }: Moves): NetworkServices {
    const moves = new Map<number, Moves>();
    for (const service of leaving) movesOf(moves, knownCapabilities(service)).leaving.push(service);
    for (const service of joining) movesOf(moves, knownCapabilities(service)).joining.push(service);
    const alike = [...this.#alike];
    for (const [capabilities, { leaving, joining }] of moves) {
      const found = alike.findIndex((other) => other.capabilities >= capabilities);
      const at = found === -1 ? alike.length : found;
      const before = alike[at]?.capabilities === capabilities ? alike[at].services : undefined;
      const services = (before ?? NONE_ALIKE).edited(leaving, joining);
      alike.splice(at, before ? 1 : 0, ...(services.size > 0 ? [{ capabilities, services }] : []));
    }
    return new NetworkServices(alike);
  }
}

export const NO_SERVICES = new NetworkServices([]);

/** Strangers set bits that mean nothing (yet): a list for each of their combinations would be theirs to multiply. */
function knownCapabilities({ capabilities }: Service): number {
  return capabilities & KNOWN_CAPABILITIES;
}
