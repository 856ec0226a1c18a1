import type { Random } from '../../test/fixtures/contracts/random.ts';
import { BLEMISHES, FAULTS, isStuck, type SoakFault } from './faultKinds.ts';
import { EPOCH_SECONDS } from './terms.ts';

/** What befalls others than providers, and must cost nobody anything. Seconds are of the epoch. */
export type Disturbance =
  /** One watcher's way to all providers. */
  | ({ readonly kind: 'line'; readonly watcher: number; readonly state: 'cut' | 'stalled' } & Span)
  /** SIGKILL, and a new start. */
  | ({ readonly kind: 'kill'; readonly watcher: number } & Span)
  /** The settlement endpoint; of all watchers when none is named. */
  | ({ readonly kind: 'settlement'; readonly watcher?: number; readonly state: 'cut' | 'stalled' } & Span)
  | { readonly kind: 'reorg'; readonly at: number; readonly depth: number }
  /** Blocks are dear: transactions wait. */
  | ({ readonly kind: 'congestion' } & Span)
  /** A provider pauses its service, is down, and comes back in the middle of the next epoch. */
  | { readonly kind: 'maintenance'; readonly provider: number };

interface Span {
  readonly from: number;
  readonly until: number;
}

export interface PlannedSpell extends Span {
  readonly provider: number;
  readonly fault: SoakFault;
}

export interface EpochPlan {
  /** By provider, for the whole epoch; undefined: well. */
  readonly faults: readonly (SoakFault | undefined)[];
  /** Within the epoch: faults that may be punished or not, and blemishes that may not. */
  readonly spells: readonly PlannedSpell[];
  readonly disturbance: Disturbance | undefined;
}

export interface PlanArgs {
  readonly epochs: number;
  /** At least 4. */
  readonly providers: number;
  /** At least 3. */
  readonly watchers: number;
  readonly random: Random;
}

export const MOST_REORG_BLOCKS = 3;

const LASTS_CHANCE = 0.35;
const PARTIAL_CHANCE = 0.35;
const BLEMISH_CHANCE = 0.6;
/** So far apart, two watchers that are kept from their work never miss the same epoch's report. */
const WATCHER_GAP_EPOCHS = 3;

const DISTURBANCES = [
  'line',
  'kill',
  'settlement',
  'allSettlement',
  'reorg',
  'congestion',
  'maintenance',
] as const;

/** Who fails how in which epoch. At no time more than half of the providers fail, those under maintenance counted. Pure. */
export function planSoak({ epochs, providers, watchers, random }: PlanArgs): EpochPlan[] {
  const half = Math.floor(providers / 2);
  const everybody = Array.from({ length: providers }, (_, index) => index);
  const faults = createDeck(FAULTS, random);
  const blemishes = createDeck(BLEMISHES, random);
  const disturbances = createDeck(DISTURBANCES, random);
  const plan: EpochPlan[] = [{ faults: everybody.map(() => undefined), spells: [], disturbance: undefined }];
  let hindered = { watcher: 0, epoch: -WATCHER_GAP_EPOCHS };
  /** Under maintenance since the epoch before. */
  let away: number | undefined;

  function pickWatcher(epoch: number): number {
    const isFree = epoch - hindered.epoch >= WATCHER_GAP_EPOCHS;
    hindered = { watcher: isFree ? random.below(watchers) : hindered.watcher, epoch };
    return hindered.watcher;
  }

  function disturb(epoch: number, wellProviders: readonly number[]): Disturbance | undefined {
    const kind = disturbances.draw(
      (one) => one !== 'maintenance' || (wellProviders.length > 0 && epoch < epochs - 1),
    );
    const from = random.between(0, EPOCH_SECONDS - 3);
    const state = random.pick(['cut', 'stalled'] as const);
    switch (kind) {
      case 'line':
        return {
          kind,
          watcher: pickWatcher(epoch),
          state,
          from,
          until: random.between(from + 1, EPOCH_SECONDS),
        };
      case 'kill':
        return { kind, watcher: pickWatcher(epoch), from, until: from + random.between(0, 2) };
      case 'settlement':
        return {
          kind,
          watcher: pickWatcher(epoch),
          state,
          from,
          until: random.between(from + 1, EPOCH_SECONDS),
        };
      case 'allSettlement':
        return { kind: 'settlement', state, from, until: from + random.between(1, 3) };
      case 'reorg':
        return { kind, at: random.below(EPOCH_SECONDS), depth: random.between(1, MOST_REORG_BLOCKS) };
      case 'congestion':
        return { kind, from, until: from + random.between(1, 2) };
      case 'maintenance':
        return { kind, provider: random.pick(wellProviders) };
      case undefined:
        return undefined;
    }
  }

  for (let epoch = 1; epoch < epochs; epoch++) {
    const before = plan.at(-1)?.faults ?? [];
    // Faults of before last until all watchers have begun the new epoch.
    const busy = new Set(everybody.filter((provider) => before[provider] !== undefined || provider === away));
    const isFull = () => busy.size >= half;
    const others = () => everybody.filter((provider) => !busy.has(provider));
    const disturbance = disturb(epoch, isFull() ? [] : others());
    if (disturbance?.kind === 'maintenance') busy.add(disturbance.provider);

    const now = before.map((fault) => (random.chance(LASTS_CHANCE) ? fault : undefined));
    const wanted = random.between(0, half);
    const stuck = () => now.filter((fault) => fault !== undefined && isStuck(fault)).length;
    while (!isFull() && now.filter((fault) => fault !== undefined).length < wanted) {
      const provider = random.pick(others());
      now[provider] = faults.draw((fault) => !isStuck(fault) || stuck() < Math.max(1, half - 1));
      busy.add(provider);
    }
    const spells: PlannedSpell[] = [];
    if (!isFull() && random.chance(PARTIAL_CHANCE)) {
      const provider = random.pick(others());
      const fault = faults.draw((one) => !isStuck(one));
      const from = random.between(2, EPOCH_SECONDS - 3);
      if (fault) spells.push({ provider, fault, from, until: random.between(from + 1, EPOCH_SECONDS - 1) });
      busy.add(provider);
    }
    if (random.chance(BLEMISH_CHANCE)) {
      const provider = random.pick(others());
      const fault = blemishes.draw(() => true);
      const from = random.between(1, 2);
      if (fault) spells.push({ provider, fault, from, until: from + fault.seconds });
    }
    plan.push({ faults: now, spells, disturbance });
    away = disturbance?.kind === 'maintenance' ? disturbance.provider : undefined;
  }
  return plan;
}

/** Each comes once before any comes again. */
function createDeck<Item>(items: readonly Item[], random: Random) {
  const left: Item[] = [];
  return {
    draw(isFit: (item: Item) => boolean): Item | undefined {
      if (!left.some(isFit)) left.push(...random.shuffled(items));
      const index = left.findIndex(isFit);
      return index < 0 ? undefined : left.splice(index, 1)[0];
    },
  };
}
