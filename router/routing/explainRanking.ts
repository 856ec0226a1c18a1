import type { ChooseArgs } from './choose.ts';
import { INELIGIBLE_REASONS, type IneligibleReason } from './eligibility.ts';
import { firstShares } from './explainShares.ts';

/** When a service is asked: as one that may be, only when nobody may be, or never. */
export type Turn = 'eligible' | 'last-resort' | 'never';

/** Where a service stands among all for one call. */
export interface Rank {
  readonly turn: Turn;
  /** Undefined when it is eligible. */
  readonly reason: IneligibleReason | undefined;
  /** Its tier's place, 0 for the best. */
  readonly tier: number;
  readonly cost: number;
  readonly weight: number;
  /** Of the calls, those that it is asked first for. */
  readonly share: number;
  /** Of the calls that come to its tier. */
  readonly tierShare: number;
}

export type Ranked<Service> = Rank & { readonly service: Service };

export type RankingArgs<Service> = Omit<ChooseArgs<Service>, 'isTried' | 'random'>;

/**
 * What `choose` would make of these services, in the order in which they are likely asked. It looks at each one, so it
 * is nothing for the way of a call.
 */
export function explainRanking<Service>(args: RankingArgs<Service>): readonly Ranked<Service>[] {
  let isFirst = true;
  const ranked = args.tiers.flatMap((tier, place) => {
    const standings = tier.map((service) => {
      const reason = args.reasonOf(service);
      const cost = args.costOf(service);
      return { service, reason, isEligible: reason === undefined, cost, weight: args.weightOf(service) };
    });
    const shares = firstShares(standings);
    const isAsked = isFirst && standings.some(({ isEligible }) => isEligible);
    if (isAsked) isFirst = false;
    return standings.map(({ service, reason, cost, weight }, i): Ranked<Service> => {
      const tierShare = shares[i] ?? 0;
      const turn = turnOf(service, reason, args);
      return { service, turn, reason, tier: place, cost, weight, share: isAsked ? tierShare : 0, tierShare };
    });
  });
  ranked.sort(compareRanks);
  const [best, ...rest] = ranked;
  return best?.turn === 'last-resort' ? [{ ...best, share: 1 }, ...rest] : ranked;
}

function turnOf<Service>(
  service: Service,
  reason: IneligibleReason | undefined,
  args: RankingArgs<Service>,
): Turn {
  if (reason === undefined) return 'eligible';
  return args.isLastResort(reason, service) ? 'last-resort' : 'never';
}

const TURNS: readonly Turn[] = ['eligible', 'last-resort', 'never'];

/** Who comes first has the smaller rank: tier and share among the eligible, then the least bad. */
export function compareRanks(a: Rank, b: Rank): number {
  const turns = TURNS.indexOf(a.turn) - TURNS.indexOf(b.turn);
  if (turns !== 0) return turns;
  if (a.reason === undefined || b.reason === undefined) return a.tier - b.tier || b.tierShare - a.tierShare;
  const reasons = INELIGIBLE_REASONS.indexOf(a.reason) - INELIGIBLE_REASONS.indexOf(b.reason);
  return reasons || a.cost - b.cost || a.tier - b.tier;
}
