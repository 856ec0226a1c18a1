import { CAPABILITY_BITS } from '../../../router/core/capability.ts';
import type { PlannedBlock } from '../history.ts';
import { type Action, MIN_STAKE } from '../member.ts';

export const NETWORK = 0;
// Then all of it is final, and in a gateway's checkpoint.
const EMPTY_AT_LAST = 128;
// Well within a block's gas.
const ACTIONS_PER_BLOCK = 50;

/** How many events {@link planJoining} makes. */
export function joiningEvents(providers: number): number {
  return 1 + 3 * providers;
}

/** One network that so many providers join, each with one service and the stake for it. */
export function* planJoining(providers: number): Generator<PlannedBlock, void> {
  yield block([{ kind: 'addNetwork', network: NETWORK }]);
  for (let first = 0; first < providers; first += ACTIONS_PER_BLOCK) {
    const count = Math.min(ACTIONS_PER_BLOCK, providers - first);
    const joining = Array.from({ length: count }, (_, index) => first + index);
    // Blocks of their own: within one, the order of different senders is the node's.
    yield block(joining.map((provider) => ({ kind: 'stake', provider, tokens: MIN_STAKE })));
    yield block(joining.map((provider) => ({ kind: 'register', provider })));
    const { full } = CAPABILITY_BITS;
    const network = NETWORK;
    const isLast = first + count === providers;
    yield block(
      joining.map((provider) => ({ kind: 'addService', provider, network, capabilities: full })),
      isLast ? EMPTY_AT_LAST : 0,
    );
  }
}

function block(actions: readonly Action[], emptyAfter = 0): PlannedBlock {
  return { actions, emptyAfter };
}
