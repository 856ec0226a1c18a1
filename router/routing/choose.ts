import type { Random } from '../core/clock.ts';
import { INELIGIBLE_REASONS, type IneligibleReason } from './eligibility.ts';

export interface Choice<Service> {
  readonly service: Service;
  /** Undefined when it is eligible; otherwise it is the least bad that is left. */
  readonly reason: IneligibleReason | undefined;
}

export interface ChooseArgs<Service> {
  /** Best tier first: the next one is asked when nobody of the better ones is eligible. */
  readonly tiers: readonly (readonly Service[])[];
  /** Asked already within this call: never again. */
  readonly isTried: (service: Service) => boolean;
  readonly reasonOf: (service: Service) => IneligibleReason | undefined;
  readonly costOf: (service: Service) => number;
  /** Relative share of the calls at the same cost; 1 is usual. */
  readonly weightOf: (service: Service) => number;
  readonly isLastResort: (reason: IneligibleReason, service: Service) => boolean;
  readonly random: Random;
}

/** Enough to find two eligible ones when most are; the whole tier is scanned only when these find none. */
export const DRAWS = 8;
/**
 * In a tier up to this size also when they find but one: among few, of which some are out, that one would else get many
 * calls without any comparison, however slow it is.
 */
export const SMALL_TIER = 64;
const LEAST_WEIGHT = 1e-6;

/**
 * Who answers next: mostly the cheaper of two eligible services drawn at random (power of two choices: nearly as good
 * as the best of all, without all callers running to the same one). Its work does not grow with the set as long as a good
 * part of it is eligible. Undefined when nobody is left.
 */
export function choose<Service>(args: ChooseArgs<Service>): Choice<Service> | undefined {
  for (const tier of args.tiers) {
    const service = drawTwo(tier, args) ?? scanForTwo(tier, args);
    if (service !== undefined) return { service, reason: undefined };
  }
  return leastBad(args);
}

function drawTwo<Service>(tier: readonly Service[], args: ChooseArgs<Service>): Service | undefined {
  let first: Service | undefined;
  for (let draw = 0; draw < DRAWS && tier.length > 0; draw += 1) {
    const service = tier[Math.floor(args.random() * tier.length)];
    if (service === undefined || service === first || !isEligible(service, args)) continue;
    if (first !== undefined) return preferred(first, service, args);
    first = service;
  }
  return tier.length > SMALL_TIER ? first : undefined;
}

function scanForTwo<Service>(tier: readonly Service[], args: ChooseArgs<Service>): Service | undefined {
  // From a random place, so that those behind a gap do not get all the calls.
  const start = Math.floor(args.random() * tier.length);
  let first: Service | undefined;
  for (let step = 0; step < tier.length; step += 1) {
    const service = tier[(start + step) % tier.length];
    if (service === undefined || !isEligible(service, args)) continue;
    if (first !== undefined) return preferred(first, service, args);
    first = service;
  }
  return first;
}

function isEligible<Service>(service: Service, args: ChooseArgs<Service>): boolean {
  return !args.isTried(service) && args.reasonOf(service) === undefined;
}

function preferred<Service>(one: Service, other: Service, args: ChooseArgs<Service>): Service {
  const chance = chanceOfFirst(
    args.costOf(one),
    args.weightOf(one),
    args.costOf(other),
    args.weightOf(other),
  );
  return args.random() < chance ? one : other;
}

/**
 * How likely the first of two is preferred. At the same cost calls are shared by weight; at twice the cost one gets an
 * eighth of that. Were the cheaper one to win always, the smallest difference would undo all weights.
 */
export function chanceOfFirst(cost: number, weight: number, otherCost: number, otherWeight: number): number {
  const costs = cost / otherCost;
  return 1 / (1 + (otherWeight / Math.max(weight, LEAST_WEIGHT)) * costs * costs * costs);
}

function leastBad<Service>(args: ChooseArgs<Service>): Choice<Service> | undefined {
  let best: { service: Service; reason: IneligibleReason; rank: number; cost: number } | undefined;
  for (const tier of args.tiers) {
    for (const service of tier) {
      if (args.isTried(service)) continue;
      const reason = args.reasonOf(service);
      if (reason === undefined || !args.isLastResort(reason, service)) continue;
      const rank = INELIGIBLE_REASONS.indexOf(reason);
      const cost = args.costOf(service);
      if (!best || rank < best.rank || (rank === best.rank && cost < best.cost)) {
        best = { service, reason, rank, cost };
      }
    }
  }
  return best && { service: best.service, reason: best.reason };
}
