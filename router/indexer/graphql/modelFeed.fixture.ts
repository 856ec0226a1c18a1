/** The settlement chain's own feed, over a model chain. */
import type { Address } from '../../registry/providerSet.ts';
import { applyBlock } from '../../registry/reduce.ts';
import { ReorgTooDeepError } from '../catchUp.ts';
import type { ChainFeed } from '../chainFeed.ts';
import type { AdvanceArgs, AdvanceResult } from '../eventFeed.ts';
import { extend, newest, rollBack } from '../reorgWindow.ts';
import { CHAIN_ID, VAULT } from './indexerServer.fixture.ts';
import type { ModelChain } from './modelChain.fixture.ts';

export interface ModelFeed extends ChainFeed {
  /** What all its functions reject with until it is set to undefined. */
  fail(error: Error | undefined): void;
  /** Looks at the chain so far. */
  looks(): number;
  vault: Address;
}

export function createModelFeed(chain: ModelChain): ModelFeed {
  let failure: Error | undefined;
  let looks = 0;

  function look() {
    looks += 1;
    if (failure !== undefined) throw failure;
    return chain.blocks();
  }

  async function advance({ window: start, onStep }: AdvanceArgs): Promise<AdvanceResult> {
    const blocks = look();
    const head = BigInt(blocks.length - 1);
    let window = start;
    const stands = ({ block }: { block: { number: bigint; hash: string } }) =>
      blocks[Number(block.number)]?.ref.hash === block.hash;
    const ancestor = [...window.steps].findLast(stands)?.block;
    if (ancestor === undefined) throw new ReorgTooDeepError(0n, head);
    if (ancestor !== newest(window).block) {
      window = rollBack(window, ancestor) ?? window;
      onStep({ window, events: 0, head });
    }
    for (const { ref, events } of blocks.slice(Number(ancestor.number) + 1)) {
      window = extend(window, applyBlock(newest(window), ref, events));
      onStep({ window, events: events.length, head });
    }
    return 'current';
  }

  const feed: ModelFeed = {
    kind: 'chain',
    vault: VAULT,
    async open(registry) {
      const [base] = look();
      if (base === undefined) throw new RangeError('a model chain is never empty');
      const holds = async ({ number, hash }: { number: bigint; hash: string }) => {
        const held = look()[Number(number)]?.ref;
        return held && held.hash === hash;
      };
      return { chainId: CHAIN_ID, registry, vault: feed.vault, base: base.ref, advance, holds };
    },
    via: () => 'chain',
    endpoints: () => [{ name: 'rpc[0]', state: 'ok', head: undefined, lastError: undefined }],
    onHead: () => () => undefined,
    async close() {},
    fail(error) {
      failure = error;
    },
    chainHead: async () => BigInt(look().length - 1),
    looks: () => looks,
  };
  return feed;
}
