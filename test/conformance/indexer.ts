import type { Hex } from 'viem';
import { type PonderOptions, startPonder } from '../fixtures/ponder.ts';
import { type Line, startIndexerLine } from './line.ts';

const TIP = '{ tips(limit: 1) { items { hash } } }';

/** A real Ponder, which sees the chain over no line that could be cut. */
export interface Indexer {
  /** From sources to it. */
  readonly line: Line;
  kill(): Promise<void>;
  /** After it was killed; resolves once it is there again. */
  start(): Promise<void>;
  /** Hash of the block up to which it has indexed; undefined while it does not answer. */
  tip(): Promise<Hex | undefined>;
  /** For people, when something is wrong. */
  describe(): string;
  stop(): Promise<void>;
}

/** @param onAsked Told the first block of each question for events. */
export async function startIndexer(
  options: PonderOptions,
  onAsked: (fromBlock: bigint) => void,
): Promise<Indexer> {
  let ponder = await startPonder(options);
  const line = await startIndexerLine('indexer', () => ponder.graphqlUrl, onAsked);
  const common = {
    line,
    async tip() {
      const answer = await ponder
        .query<{ readonly tips: { readonly items: readonly { readonly hash: Hex }[] } }>(TIP)
        .catch(() => undefined);
      return answer?.tips.items[0]?.hash;
    },
    describe: () => ponder.log(),
    async stop() {
      await line.stop();
      await ponder.stop();
    },
  };
  // What it keeps in PGlite goes with it here: test/graphqlFeed.test.ts goes through that long start.
  if (options.database.kind === 'pglite') {
    return { ...common, kill: async () => line.cut(), start: async () => line.mend() };
  }
  return {
    ...common,
    kill: () => ponder.stop(),
    async start() {
      ponder = await startPonder(options);
    },
  };
}
