import type { PublicClient } from 'viem';
import { firstBlockSince } from '../chain/blockAtTime.ts';
import { type CaseKey, offenceId } from '../chain/commitment.ts';
import type { UnixSeconds } from '../core/units.ts';
import type { Hex } from '../registry/providerSet.ts';
import type { Court } from './court.ts';
import type { Cursors } from './cursors.ts';
import { type DocketEntry, NEW_ENTRY, REORG_BLOCKS, wake } from './docket.ts';
import { createOffenceReader, type Offence } from './offenceReader.ts';

/** The block that a keeper acts upon. */
export interface Head {
  readonly number: bigint;
  readonly timestamp: UnixSeconds;
}

export interface OffenceItem {
  readonly key: CaseKey;
  readonly entry: DocketEntry;
}

/** The offences of one court that are not settled. */
export interface OffenceBook {
  /**
   * Reads a bounded number of blocks up to `head`. Rejects when the endpoint fails; goes on there the next time.
   * @returns whether all is read
   */
  read(head: Head): Promise<boolean>;
  /** By offence id. */
  readonly items: ReadonlyMap<Hex, OffenceItem>;
  update(id: Hex, entry: DocketEntry): void;
  settle(id: Hex): void;
}

interface Kept extends OffenceItem {
  /** The blocks in which it was heard of first and last. */
  readonly first: bigint;
  readonly last: bigint;
}

/** A second or two's work: what is due meanwhile does not wait for all history. */
const MAX_RANGES_A_READ = 20;

/** How far the cursor moves before it is written: a restart reads that much again. */
const CURSOR_STEP_BLOCKS = 100n;

export function createOffenceBook(client: PublicClient, court: Court, cursors: Cursors): OffenceBook {
  const reader = createOffenceReader(client, court);
  const items = new Map<Hex, Kept>();
  let next: bigint | undefined;

  function note({ key, block }: Offence): void {
    const id = offenceId(key);
    const kept = items.get(id);
    if (kept === undefined) items.set(id, { key, entry: NEW_ENTRY, first: block, last: block });
    else if (block > kept.last) items.set(id, { ...kept, entry: wake(kept.entry), last: block });
  }

  async function start({ number, timestamp }: Head): Promise<bigint> {
    const stored = cursors.cursor(court.court);
    // Far ahead of the head: of a development chain that began anew.
    if (stored !== undefined && stored <= number + REORG_BLOCKS) return stored;
    return await firstBlockSince(client, timestamp - court.longestCaseSeconds, court.deploymentBlock, number);
  }

  /** The newest blocks are read again each time, as they may be replaced. */
  function overlap(block: bigint): bigint {
    return block > REORG_BLOCKS ? block - REORG_BLOCKS : 0n;
  }

  /** So that a restart finds all that is not settled. */
  function saveCursor(readUpTo: bigint): void {
    let cursor = overlap(readUpTo);
    for (const { first } of items.values()) if (first < cursor) cursor = first;
    const stored = cursors.cursor(court.court);
    const isBehind = stored === undefined || cursor < stored;
    if (isBehind || cursor - stored >= CURSOR_STEP_BLOCKS) cursors.setCursor(court.court, cursor);
  }

  return {
    items,
    async read(head) {
      // Beyond the head: the endpoint lags, or the chain was reorged.
      const known = next !== undefined && next > head.number ? head.number + 1n : next;
      let from = known === undefined ? await start(head) : overlap(known);
      for (let ranges = 0; from <= head.number && ranges < MAX_RANGES_A_READ; ranges++) {
        const range = await reader.read(from, head.number);
        for (const offence of range.offences) note(offence);
        from = range.next;
        next = from;
        saveCursor(from);
      }
      return from > head.number;
    },
    update(id, entry) {
      const kept = items.get(id);
      if (kept !== undefined) items.set(id, { ...kept, entry });
    },
    settle: (id) => void items.delete(id),
  };
}
