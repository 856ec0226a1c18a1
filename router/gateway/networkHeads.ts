import { type Caip2, eip155ChainId } from '../core/caip2.ts';
import type { Clock } from '../core/clock.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { Ms } from '../core/units.ts';
import { createHeadFloor, type FloorMemory, type HeadVerdict } from '../routing/headFloor.ts';
import { createHeadBook, type Head, presentNumber } from '../routing/heads.ts';
import { blockSeen, type Health, isSilent, pollAnswered, pollFailed } from '../routing/health.ts';
import { type SecondOpinions, secondOpinions } from '../routing/nullAnswer.ts';
import { blockNumber } from '../routing/requestedBlock.ts';
import type { RoutingSettings } from '../routing/settings.ts';
import type { ServiceState } from './forwardRun.ts';
import type { HeadReport } from './networkRouter.ts';

/** What to make of a result that cannot be passed on as it is. */
export interface Review {
  /** Other services to ask before it counts. */
  readonly opinions: SecondOpinions;
  /** For the client, when nobody knows better. */
  readonly result: RawJson;
}

/** All that one network's services say about the chain's newest block: in polls, and in answers to users. */
export interface NetworkHeads {
  /**
   * Takes what a poll found.
   * @param isSeldom The service is not asked often enough to say where the chain is: it is only judged by it.
   */
  report(state: ServiceState, report: HeadReport, isSeldom: boolean): void;
  /** From now on it is asked seldom. */
  retire(state: ServiceState): void;
  forget(state: ServiceState): void;
  agreed(): number | undefined;
  /** By how much the cost of a call about the newest block grows: a service is the worse the more blocks it is behind. */
  lagFactor(health: Health): number;
  /** Undefined when the result is the answer. */
  review(
    state: ServiceState,
    call: ClientCall,
    block: number | undefined,
    result: RawJson,
  ): Review | undefined;
}

export function createNetworkHeads(args: {
  readonly caip2: Caip2;
  readonly clock: Clock;
  readonly settings: () => RoutingSettings;
  /** With the processes that serve the same clients; left out when there are none. */
  readonly told?: FloorMemory | undefined;
}): NetworkHeads {
  const { clock, settings } = args;
  const book = createHeadBook(settings);
  const floor = createHeadFloor(settings, args.told);
  const chainId = eip155ChainId(args.caip2);
  const isTrusted = (state: ServiceState) => state.service.tier === 'own';

  /** The newest block that somebody has, for all we know. */
  function known(told = floor.current()): number | undefined {
    const agreed = book.agreed();
    return agreed === undefined || told === undefined ? (agreed ?? told) : Math.max(agreed, told);
  }

  function judge(state: ServiceState, number: number): HeadVerdict {
    const verdict = floor.judge(number, book.agreed(), clock.now(), isTrusted(state));
    if (!verdict.isDoubtful) state.health = blockSeen(state.health, number);
    return verdict;
  }

  function reviewNumber(state: ServiceState, result: RawJson): Review | undefined {
    const number = blockNumber(result);
    if (number === undefined) return reviewJunk(result);
    const verdict = judge(state, number);
    if (verdict.number === number) return undefined;
    // What the network is known to have is right whoever is asked: no other service needs to be.
    return { opinions: 'none', result: quantity(verdict.number) };
  }

  /** In place of a number. */
  function reviewJunk(result: RawJson): Review {
    const now = clock.now();
    const newest = known(floor.latest(now));
    if (newest === undefined) return { opinions: 'all', result };
    return { opinions: 'none', result: quantity(floor.judge(newest, book.agreed(), now, false).number) };
  }

  function reviewNewest(state: ServiceState, result: RawJson): Review | undefined {
    const number = Number(BLOCKS_NUMBER.exec(result)?.[1]);
    if (!Number.isSafeInteger(number)) return undefined;
    const verdict = judge(state, number);
    if (verdict.isDoubtful) return { opinions: 'all', result };
    // An older one than was told already, though not by much.
    return verdict.number > number ? { opinions: 'one', result } : undefined;
  }

  /** One that is seldom asked. */
  function judged(number: number, now: Ms): Head {
    return { number, vouched: false, moving: false, trusted: false, at: now, agreedThen: book.agreed() };
  }

  /** A node that was moved to another chain since its last poll. */
  function reviewChain(result: RawJson): Review | undefined {
    if (chainId === undefined || blockNumber(result) === chainId) return undefined;
    return { opinions: 'none', result: quantity(chainId) };
  }

  return {
    report(state, report, isSeldom) {
      const { health } = state;
      const now = clock.now();
      const previous = health.head;
      if (report.ok) {
        const { number, chainIdOk } = report;
        const isCounted = chainIdOk && !isSeldom;
        if (!isCounted && previous) book.forget(previous);
        const head = isCounted
          ? book.take({ number, previous, trusted: isTrusted(state), now })
          : judged(number, now);
        state.health = pollAnswered(health, head, chainIdOk, now);
      } else {
        state.health = pollFailed(health, report.class);
        // What it said last is no news of the chain any more.
        if (previous && isSilent(state.health)) book.forget(previous);
      }
      const agreed = book.agreed();
      if (agreed !== undefined) floor.follow(agreed);
    },
    retire(state) {
      const { head } = state.health;
      if (head === undefined) return;
      book.forget(head);
      state.health = { ...state.health, head: judged(head.number, head.at) };
    },
    forget({ health }) {
      if (health.head) book.forget(health.head);
    },
    agreed: book.agreed,
    lagFactor({ head, seenBlock }) {
      const newest = known();
      if (newest === undefined || head === undefined) return 1;
      const behind = newest - Math.max(presentNumber(head, book.agreed()), seenBlock);
      return behind > 0 ? 1 + (2 * behind) / Math.max(settings().maxLagBlocks, 1) : 1;
    },
    review(state, { method, params }, block, result) {
      if (method === 'eth_blockNumber') return reviewNumber(state, result);
      if (method === 'eth_chainId') return reviewChain(result);
      if (result === 'null') {
        const opinions = secondOpinions(method, params, block, known(floor.latest(clock.now())));
        return opinions === 'none' ? undefined : { opinions, result };
      }
      const isNewest = method === 'eth_getBlockByNumber' && params !== undefined && LATEST.test(params);
      return isNewest ? reviewNewest(state, result) : undefined;
    },
  };
}

function quantity(number: number): RawJson {
  return `"0x${number.toString(16)}"` as RawJson;
}

const LATEST = /^\s*\[\s*"latest"/;
// Of the members of a block and its transactions only the block's own number has this key.
const BLOCKS_NUMBER = /"number"\s*:\s*"(0x[0-9a-f]{1,13})"/i;
