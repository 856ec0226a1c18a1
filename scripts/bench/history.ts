import type { Random } from '../../test/fixtures/contracts/random.ts';
import { type Action, createMember, type Member } from './member.ts';

export interface HistoryPlan {
  /** Exactly so many; each action makes one. */
  readonly events: number;
  readonly random: Random;
}

export interface PlannedBlock {
  readonly actions: readonly Action[];
  /** Blocks without events that follow. */
  readonly emptyAfter: number;
}

export const NETWORKS = 30;
// Stake, registration, three services, and as many events of the life after that.
const EVENTS_PER_PROVIDER = 10;
// Five a block on average: 20,000 blocks with events for 100,000 events.
const MOST_EVENTS_PER_BLOCK = 9;
// As many blocks without events as with some.
const EMPTY_CHANCE = 0.2;
const MOST_EMPTY = 9;

/** How many providers a history of so many events has. */
export function providersFor(events: number): number {
  return Math.max(1, Math.round(events / EVENTS_PER_PROVIDER));
}

/**
 * A history as a network has it: providers join all the time, and what they do later is mixed with it. No provider has
 * two events in one block, so the order within a block is of no matter.
 */
export function* planHistory({ events, random }: HistoryPlan): Generator<PlannedBlock, void> {
  for (let network = 0; network < NETWORKS; network++) {
    yield { actions: [{ kind: 'addNetwork', network }], emptyAfter: 0 };
  }
  let actions: Action[] = [];
  let busy = new Set<Member>();
  let size = random.between(1, MOST_EVENTS_PER_BLOCK);
  const close = (): PlannedBlock => {
    const emptyAfter = random.chance(EMPTY_CHANCE) ? random.between(1, MOST_EMPTY) : 0;
    const block = { actions, emptyAfter };
    actions = [];
    busy = new Set();
    size = random.between(1, MOST_EVENTS_PER_BLOCK);
    return block;
  };
  for (const member of turns(events - NETWORKS, providersFor(events), random)) {
    if (actions.length === size || busy.has(member)) yield close();
    actions.push(member.act());
    busy.add(member);
  }
  if (actions.length > 0) yield close();
}

/** Each provider as often as it has events, the first time at a random moment, then until the end. */
function turns(events: number, providers: number, random: Random): Member[] {
  const moments: { readonly member: Member; readonly at: number }[] = [];
  for (let index = 0; index < providers; index++) {
    const member = createMember({ index, networks: NETWORKS, random });
    const joins = random.below(RESOLUTION);
    const count = Math.floor(events / providers) + (index < events % providers ? 1 : 0);
    for (let event = 0; event < count; event++)
      moments.push({ member, at: random.between(joins, RESOLUTION) });
  }
  return moments.sort((a, b) => a.at - b.at).map(({ member }) => member);
}

const RESOLUTION = 2 ** 30;
