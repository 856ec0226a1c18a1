import type { Hex } from 'viem';
import type { Cast } from '../fixtures/registryHistoryCast.ts';
import type { HistoryChain } from '../fixtures/registryHistoryChain.ts';
import { NO_TEXTS, readTexts, type Texts } from './texts.ts';
import { readTruth, type Truth } from './truth.ts';

interface Entry {
  readonly number: bigint;
  readonly parentHash: Hex;
  readonly timestamp: bigint;
  readonly texts: Texts;
  /** Whether it can differ from its parent in anything but its number. */
  readonly isNews: boolean;
  hasLeft: boolean;
  truth: Promise<Truth> | undefined;
}

/** Every block that the chain ever had, and what was true at it. */
export interface Journal {
  /** The history that begins is about these. */
  begin(cast: Cast): void;
  /** Learns what came since the last time; to be called before any block goes. Resolves to the head's hash. */
  note(): Promise<Hex>;
  /** The same, and what is true at the newest blocks, which are about to go. */
  keep(blocks: number): Promise<void>;
  knows(hash: Hex): boolean;
  /** Whether the chain has left it, be it that it came back. */
  hasLeft(hash: Hex): boolean;
  descends(hash: Hex, from: Hex): boolean;
  /** Rejects for blocks that are gone and were not kept. */
  truthAt(hash: Hex): Promise<Truth>;
}

export function createJournal({ client, deployment }: HistoryChain): Journal {
  const entries = new Map<Hex, Entry>();
  /** As last noted. */
  const hashes = new Map<bigint, Hex>();
  let cast: Cast | undefined;

  function entryOf(hash: Hex): Entry {
    const entry = entries.get(hash);
    if (entry === undefined) throw new RangeError(`the chain never had the block ${hash}`);
    return entry;
  }

  async function note(): Promise<Hex> {
    const newest = await client.getBlock({ blockTag: 'latest' });
    const fresh = [newest];
    for (let block = newest; hashes.get(block.number) !== block.hash; ) {
      if (block.number < BigInt(deployment.deploymentBlock)) break;
      block = await client.getBlock({ blockHash: block.parentHash });
      fresh.push(block);
    }
    for (const { number, hash, parentHash, transactions, timestamp } of fresh.reverse()) {
      leaveFrom(number, hash);
      hashes.set(number, hash);
      if (entries.has(hash)) continue;
      const parent = entries.get(parentHash);
      const isNews = parent === undefined || transactions.length > 0 || timestamp > parent.timestamp;
      const before = parent?.texts ?? NO_TEXTS;
      const texts = isNews ? await readTexts(client, deployment.registry, hash, before) : before;
      const seen = { hasLeft: false, truth: undefined };
      entries.set(hash, { number, parentHash, timestamp, texts, isNews, ...seen });
    }
    leaveFrom(newest.number + 1n, undefined);
    return newest.hash;
  }

  /** All from `number` on, if another block than `hash` stands there. */
  function leaveFrom(number: bigint, hash: Hex | undefined): void {
    if (hashes.get(number) === hash) return;
    for (let at = number; ; at++) {
      const gone = hashes.get(at);
      if (gone === undefined) return;
      entryOf(gone).hasLeft = true;
      hashes.delete(at);
    }
  }

  function truthAt(hash: Hex): Promise<Truth> {
    const entry = entryOf(hash);
    if (cast === undefined) throw new RangeError('no history has begun');
    if (entry.truth === undefined && hashes.get(entry.number) !== hash) {
      throw new RangeError(`block ${entry.number} ${hash} is gone and was not kept`);
    }
    const { number: blockNumber, texts } = entry;
    entry.truth ??= entry.isNews
      ? readTruth(client, deployment, cast, { blockNumber, texts })
      : truthAt(entry.parentHash);
    return entry.truth;
  }

  return {
    begin(next) {
      cast = next;
      for (const entry of entries.values()) entry.truth = undefined;
    },
    note,
    async keep(blocks) {
      let hash = await note();
      for (let kept = 0; kept < blocks && entries.has(hash); kept++) {
        await truthAt(hash);
        hash = entryOf(hash).parentHash;
      }
    },
    knows: (hash) => entries.has(hash),
    hasLeft: (hash) => entryOf(hash).hasLeft,
    descends(hash, from) {
      const { number } = entryOf(from);
      let at = hash;
      for (let entry = entryOf(at); entry.number > number; entry = entryOf(at)) at = entry.parentHash;
      return at === from;
    },
    truthAt,
  };
}
