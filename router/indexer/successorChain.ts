import type { Clock } from '../core/clock.ts';
import type { Address, ProviderSet } from '../registry/providerSet.ts';
import type { AdvanceResult } from './eventFeed.ts';
import type { RegistryFollower } from './registryFollower.ts';
import { createSideLook, type SideLook } from './sideLook.ts';
import type { SourceLogger } from './sourceLogger.ts';

export interface SuccessorChain {
  /** The set of the registry in force; undefined while there is none yet, or it is read anew. */
  set(): ProviderSet | undefined;
  /** The first registry's, in force or not. */
  firstSet(): ProviderSet | undefined;
  /** The set in force from checkpoints alone, confirmed or not. */
  saved(): ProviderSet | undefined;
  /** The registry in force. */
  registry(): Address;
  /** The registry that a load is going on for, else the last. */
  busiest(): RegistryFollower;
  /**
   * One look for each registry up to the one in force, whose result it is; rejects when one of them does. Those that
   * may take over later are looked at aside.
   */
  look(signal: AbortSignal): Promise<AdvanceResult>;
  pause(): void;
}

export interface SuccessorChainArgs {
  readonly registry: Address;
  readonly createFollower: (registry: Address) => RegistryFollower;
  /** Otherwise a replacement is only told of. */
  readonly isFollowed: boolean;
  readonly clock: Clock;
  readonly logger: SourceLogger | undefined;
}

interface Link {
  readonly follower: RegistryFollower;
  readonly aside: SideLook;
  /** Has taken over from the one before it. */
  isInForce: boolean;
  /** As last told. */
  successor: Address | undefined;
}

/**
 * A registry and those that replaced it, one after the other, as their events say. Each goes on being followed: a
 * reorg may take a replacement back. A successor takes over when most providers have moved (the first to come must not
 * get all calls): until then, and while it cannot be followed, the one before it is in force.
 */
export function createSuccessorChain(args: SuccessorChainArgs): SuccessorChain {
  const { isFollowed, clock, logger } = args;
  const first = linkTo(args.registry);
  first.isInForce = true;
  let links: readonly Link[] = [first];

  function linkTo(registry: Address): Link {
    const follower = args.createFollower(registry);
    const aside = createSideLook({ follower, clock, logger });
    return { follower, aside, isInForce: false, successor: undefined };
  }

  function inForce(setOf: (follower: RegistryFollower) => ProviderSet | undefined): RegistryFollower {
    let before: ProviderSet | undefined;
    for (const link of links) {
      const set = setOf(link.follower);
      if (!link.isInForce) link.isInForce = hasMoved(before, set);
      before = set;
    }
    return (links.findLast(({ isInForce }) => isInForce) ?? first).follower;
  }

  /** Makes what follows the link what its set says. */
  function follow(link: Link, successor: Address | undefined): void {
    if (link.successor === successor) return;
    link.successor = successor;
    const { registry } = link.follower;
    if (successor === undefined) logger?.error({ registry }, 'registry_replacement_undone');
    else logger?.error({ registry, successor }, 'registry_replaced');
    const end = links.indexOf(link) + 1;
    for (const { follower, aside } of links.slice(end)) {
      aside.end();
      follower.pause();
    }
    links = links.slice(0, end);
    // Governance gone wrong must not send routers round in circles.
    const isKnown = links.some(({ follower }) => follower.registry === successor);
    if (successor !== undefined && isFollowed && !isKnown) links = [...links, linkTo(successor)];
  }

  return {
    set: () => inForce((follower) => follower.set()).set(),
    firstSet: () => first.follower.set(),
    saved() {
      const setOf = (follower: RegistryFollower) => follower.set() ?? follower.unconfirmed();
      for (let index = 0; ; index += 1) {
        const link = links[index];
        const set = link && setOf(link.follower);
        if (link === undefined || set === undefined) break;
        follow(link, set.successor);
      }
      return setOf(inForce(setOf));
    },
    registry: () => inForce((follower) => follower.set()).registry,
    busiest() {
      const loading = links.find(({ follower }) => follower.backfill() !== undefined);
      return (loading ?? links.at(-1) ?? first).follower;
    },
    async look(signal) {
      let result = await first.follower.look(signal);
      for (let index = 0; ; index += 1) {
        const link = links[index];
        const set = link?.follower.set();
        if (link === undefined || set === undefined) return result;
        follow(link, set.successor);
        const next = links[index + 1];
        const isWaitedFor = links.slice(index + 1).some(({ isInForce }) => isInForce);
        if (next !== undefined && isWaitedFor) result = await next.follower.look(signal);
        else next?.aside.begin(signal);
      }
    },
    pause() {
      for (const { follower } of links) follower.pause();
    },
  };
}

/** At least as many services are active at the successor as are left. */
function hasMoved(before: ProviderSet | undefined, after: ProviderSet | undefined): boolean {
  const moved = after === undefined ? 0 : countActive(after);
  return moved > 0 && before !== undefined && moved >= countActive(before);
}

function countActive({ active }: ProviderSet): number {
  return active.values().reduce((sum, { size }) => sum + size, 0);
}
