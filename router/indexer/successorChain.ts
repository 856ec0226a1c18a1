import { describeChainError } from '../chain/chainError.ts';
import type { Address, ProviderSet } from '../registry/providerSet.ts';
import type { AdvanceResult } from './eventFeed.ts';
import type { RegistryFollower } from './registryFollower.ts';
import type { SourceLogger } from './sourceLogger.ts';

export interface SuccessorChain {
  /** The set of the newest registry that has taken over. */
  set(): ProviderSet | undefined;
  /** The same from checkpoints alone, confirmed or not. */
  saved(): ProviderSet | undefined;
  /** The registry in force. */
  registry(): Address;
  /** The registry that a load is going on for, else the one whose set is shown. */
  busiest(): RegistryFollower;
  /** One look for each registry. Rejects as the first registry's look does. */
  look(signal: AbortSignal): Promise<AdvanceResult>;
  pause(): void;
}

/**
 * A registry and those that replaced it, one after the other, as their events say. Each goes on being followed: a
 * reorg may take a replacement back. A successor takes over with its first active service: until the providers have
 * moved, and while it cannot be followed, the one before it is in force.
 */
export function createSuccessorChain(args: {
  readonly registry: Address;
  readonly createFollower: (registry: Address) => RegistryFollower;
  /** Otherwise a replacement is only told of. */
  readonly isFollowed: boolean;
  readonly logger: SourceLogger | undefined;
}): SuccessorChain {
  const { createFollower, isFollowed, logger } = args;
  const first = createFollower(args.registry);
  let followers: readonly RegistryFollower[] = [first];
  /** As last told, by the place of the one replaced. */
  const told = new Map<number, Address>();
  const inForce = new Set([first]);
  let trouble: string | undefined;

  function newestOf(setOf: (follower: RegistryFollower) => ProviderSet | undefined): ProviderSet | undefined {
    let newest: ProviderSet | undefined;
    for (const follower of followers) {
      const set = setOf(follower);
      if (set === undefined) continue;
      if (set.active.size > 0) inForce.add(follower);
      if (inForce.has(follower)) newest = set;
    }
    return newest;
  }

  /** Makes what follows `index` what its set says. */
  function link(index: number, successor: Address | undefined): void {
    if (told.get(index) === successor) return;
    for (const at of told.keys()) if (at >= index) told.delete(at);
    if (successor !== undefined) told.set(index, successor);
    for (const dropped of followers.slice(index + 1)) dropped.pause();
    const kept = followers.slice(0, index + 1);
    const { registry } = followers[index] ?? first;
    followers = kept;
    trouble = undefined;
    if (successor === undefined) logger?.error({ registry }, 'registry_replacement_undone');
    else logger?.error({ registry, successor }, 'registry_replaced');
    // Governance gone wrong must not send routers round in circles.
    const isKnown = kept.some((follower) => follower.registry === successor);
    if (successor !== undefined && isFollowed && !isKnown) followers = [...kept, createFollower(successor)];
  }

  return {
    set: () => newestOf((follower) => follower.set()),
    saved() {
      for (let index = 0; ; index += 1) {
        const follower = followers[index];
        const known = follower?.set() ?? follower?.unconfirmed();
        if (known === undefined) break;
        link(index, known.successor);
      }
      return newestOf((follower) => follower.set() ?? follower.unconfirmed());
    },
    registry: () => followers.findLast((follower) => inForce.has(follower))?.registry ?? first.registry,
    busiest: () =>
      followers.find((follower) => follower.backfill() !== undefined) ?? followers.at(-1) ?? first,
    async look(signal) {
      let result = await first.look(signal);
      for (let index = 0; ; index += 1) {
        const known = followers[index]?.set();
        if (known === undefined) return result;
        link(index, known.successor);
        const next = followers[index + 1];
        if (next === undefined) return result;
        try {
          result = await next.look(signal);
        } catch (error) {
          signal.throwIfAborted();
          const message = describeChainError(error);
          if (message !== trouble)
            logger?.error({ registry: next.registry, error: message }, 'registry_successor_not_followed');
          trouble = message;
          return result;
        }
      }
    },
    pause() {
      for (const follower of followers) follower.pause();
    },
  };
}
