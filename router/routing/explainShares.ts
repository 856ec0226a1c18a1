import { chanceOfFirst, DRAWS, SMALL_TIER } from './choose.ts';

/** What `choose` looks at in one service. */
export interface Standing {
  readonly isEligible: boolean;
  readonly cost: number;
  readonly weight: number;
}

// Comparing each with each of 500 takes some milliseconds; in a larger tier so many comparisons must do.
const MOST_PAIRS = 250_000;
const LEAST_GROUPS = 32;

/**
 * The share of a tier's calls that each of its services is asked first for: how often `choose` takes it, computed. Exact
 * for up to 500 eligible ones; of more, those of like strength count as one and the same.
 * @returns in the order given; all of it is 1, or 0 when nobody is eligible
 */
export function firstShares(tier: readonly Standing[]): readonly number[] {
  const places = tier.flatMap(({ isEligible }, place) => (isEligible ? [place] : []));
  const shares = tier.map(() => 0);
  const count = places.length;
  const [only] = places;
  if (count === 1 && only !== undefined) shares[only] = 1;
  if (count < 2) return shares;

  const eligible = places.flatMap((place) => tier[place] ?? []);
  const missed = (tier.length - count) / tier.length;
  // All draws miss, or all that hit are of one and the same service; else two are compared.
  const none = missed ** DRAWS;
  const one = (missed + 1 / tier.length) ** DRAWS - none;
  const two = 1 - none - count * one;
  const isSmall = tier.length <= SMALL_TIER;
  const alone = isSmall ? 0 : one;
  const scan = isSmall ? 1 - two : none;
  const scanned = scanShares(tier, places);
  const compared = duelShares(eligible);
  places.forEach((place, i) => {
    shares[place] = alone + two * (compared[i] ?? 0) + scan * (scanned[i] ?? 0);
  });
  return shares;
}

/** Two drawn at random. Which of them was the first makes no difference. */
function duelShares(eligible: readonly Standing[]): readonly number[] {
  const groups = groupsOf(eligible);
  const ownGroup: number[] = [];
  groups.forEach(({ members }, group) => {
    for (const place of members) ownGroup[place] = group;
  });
  const wins = eligible.map(({ cost, weight }, place) => {
    let sum = 0;
    groups.forEach(({ rival, members }, group) => {
      const rivals = members.length - (group === ownGroup[place] ? 1 : 0);
      if (rivals > 0) sum += rivals * chanceOfFirst(cost, weight, rival.cost, rival.weight);
    });
    return sum;
  });
  const all = wins.reduce((sum, each) => sum + each, 0);
  return wins.map((each) => each / all);
}

interface Group {
  /** Stands for all of them. */
  readonly rival: Standing;
  /** Their places. */
  readonly members: readonly number[];
}

/** Each one alone; of too many, those of like strength together. */
function groupsOf(eligible: readonly Standing[]): readonly Group[] {
  const most = Math.max(LEAST_GROUPS, Math.floor(MOST_PAIRS / eligible.length));
  const size = Math.ceil(eligible.length / most);
  const strength = ({ cost, weight }: Standing) => weight / cost ** 3;
  const sorted = Array.from(eligible, (standing, place) => ({ standing, place }));
  if (size > 1) sorted.sort((a, b) => strength(a.standing) - strength(b.standing));
  const groups: Group[] = [];
  for (let start = 0; start < sorted.length; start += size) {
    const all = sorted.slice(start, start + size);
    const middle = all[all.length >>> 1];
    if (middle) groups.push({ rival: middle.standing, members: all.map(({ place }) => place) });
  }
  return groups;
}

/** From a random place on, the first two that are eligible. */
function scanShares(tier: readonly Standing[], places: readonly number[]): readonly number[] {
  const shares = places.map(() => 0);
  places.forEach((place, i) => {
    const next = (i + 1) % places.length;
    const one = tier[place];
    const other = tier[places[next] ?? 0];
    const before = places[(i + places.length - 1) % places.length] ?? 0;
    if (!one || !other) return;
    const begun = ((place - before + tier.length) % tier.length) / tier.length;
    const won = begun * chanceOfFirst(one.cost, one.weight, other.cost, other.weight);
    shares[i] = (shares[i] ?? 0) + won;
    shares[next] = (shares[next] ?? 0) + begun - won;
  });
  return shares;
}
