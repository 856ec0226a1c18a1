import { CAPABILITY_BITS } from '../../router/core/capability.ts';
import type { Random } from '../../test/fixtures/contracts/random.ts';

/** What makes exactly one event that bears on the provider set. Amounts in whole tokens. */
export type Action =
  | { readonly kind: 'addNetwork'; readonly network: number }
  | ({ readonly kind: 'register' | 'setMetadata' | 'cancelThaw' | 'jail' } & Actor)
  | ({ readonly kind: 'stake' | 'thaw' | 'lock' | 'release' | 'slash'; readonly tokens: number } & Actor)
  | ({ readonly kind: 'addService' | 'updateService'; readonly capabilities: number } & Offer)
  | ({ readonly kind: 'pauseService' | 'resumeService' | 'removeService' } & Offer);

interface Actor {
  /** Index of the provider, from 0. */
  readonly provider: number;
}

interface Offer extends Actor {
  readonly network: number;
}

/** A provider that never does what the contracts refuse. */
export interface Member {
  act(): Action;
}

export interface MemberOptions {
  readonly index: number;
  readonly networks: number;
  readonly random: Random;
}

/** Each network's minimum, in whole tokens. */
export const MIN_STAKE = 100;
const SERVICES = 3;
const SPARE = 50;
const MORE_STAKE = 10;
const THAW = 60;
const LOCK = 5;

/** What nodes offer. */
const CAPABILITIES = [
  CAPABILITY_BITS.full,
  CAPABILITY_BITS.full | CAPABILITY_BITS.websocket,
  CAPABILITY_BITS.full | CAPABILITY_BITS.archive,
  CAPABILITY_BITS.full | CAPABILITY_BITS.archive | CAPABILITY_BITS.trace | CAPABILITY_BITS.debug,
];

/** First stakes, registers and offers three services, then whatever happens to providers. */
export function createMember({ index: provider, networks, random }: MemberOptions): Member {
  const first = random.below(networks);
  const offers = new Map<number, 'live' | 'paused' | 'removed'>();
  let tokens = 0;
  let thawing = 0;
  let locked = 0;
  const joining: (() => Action)[] = [
    () => stake(SERVICES * MIN_STAKE + SPARE),
    () => ({ kind: 'register', provider }),
    ...Array.from({ length: SERVICES }, (_, step) => () => addService((first + step) % networks)),
  ];

  const ask = () => random.pick(CAPABILITIES);

  function stake(amount: number): Action {
    tokens += amount;
    return { kind: 'stake', provider, tokens: amount };
  }

  function addService(network: number): Action {
    offers.set(network, 'live');
    return { kind: 'addService', provider, network, capabilities: ask() };
  }

  function thaw(): Action {
    if (thawing > 0) {
      thawing = 0;
      return { kind: 'cancelThaw', provider };
    }
    thawing = THAW;
    return { kind: 'thaw', provider, tokens: THAW };
  }

  /** A case is opened, or the open one ends. */
  function judge(): Action {
    if (locked === 0) {
      locked = LOCK;
      return { kind: 'lock', provider, tokens: LOCK };
    }
    locked = 0;
    if (random.chance(0.5)) return { kind: 'release', provider, tokens: LOCK };
    tokens -= LOCK;
    return { kind: 'slash', provider, tokens: LOCK };
  }

  function change(network: number): Action {
    const status = offers.get(network);
    if (status === 'removed') {
      const required = (offered() + 1) * MIN_STAKE;
      return tokens - thawing >= required ? addService(network) : stake(MORE_STAKE);
    }
    const chosen = random.below(10);
    if (chosen < 2) return { kind: 'updateService', provider, network, capabilities: ask() };
    if (chosen < 3) {
      offers.set(network, 'removed');
      return { kind: 'removeService', provider, network };
    }
    offers.set(network, status === 'live' ? 'paused' : 'live');
    return { kind: status === 'live' ? 'pauseService' : 'resumeService', provider, network };
  }

  const offered = () =>
    offers
      .values()
      .filter((status) => status !== 'removed')
      .toArray().length;

  return {
    act() {
      const join = joining.shift();
      if (join !== undefined) return join();
      const chosen = random.below(20);
      if (chosen < 10) return change(random.pick([...offers.keys()]));
      if (chosen < 14) return stake(MORE_STAKE);
      if (chosen < 16) return { kind: 'setMetadata', provider };
      if (chosen < 17) return thaw();
      if (chosen < 18) return { kind: 'jail', provider };
      return judge();
    },
  };
}
