import { unixSeconds } from '../../core/units.ts';
import type { Address, BlockRef, Hex } from '../../registry/providerSet.ts';
import type { CheckpointIdentity } from './checkpoint.ts';
import { checksum, minus, plus } from './checksum.ts';
import type { RowChange } from './rowChanges.ts';
import type { Row } from './rows.ts';

/** What all rows together must come to. */
export interface Tally {
  readonly rows: number;
  readonly sum: number;
}

/** Whose set the rows make, at which block, and their tally. */
export interface Summary {
  readonly identity: CheckpointIdentity;
  readonly block: BlockRef;
  readonly successor: Address | undefined;
  readonly isHalfBuilt: boolean;
  readonly tally: Tally;
}

export const NO_ROWS: Tally = { rows: 0, sum: 0 };

export function tallyOf(all: Iterable<Row>): Tally {
  let rows = 0;
  let sum = 0;
  for (const row of all) {
    rows += 1;
    sum = plus(sum, rowChecksum(row));
  }
  return { rows, sum };
}

/** Costs what changed. */
export function tallyAfter(tally: Tally, changes: readonly RowChange[]): Tally {
  let { rows, sum } = tally;
  for (const { before, after } of changes) {
    if (before !== undefined) {
      rows -= 1;
      sum = minus(sum, rowChecksum(before));
    }
    if (after !== undefined) {
      rows += 1;
      sum = plus(sum, rowChecksum(after));
    }
  }
  return { rows, sum };
}

function rowChecksum({ key, content }: Row): number {
  return checksum(`${key} ${content}`);
}

interface SummaryContent {
  readonly chainId: number;
  readonly registry: Address;
  readonly number: string;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: number;
  readonly successor: Address | null;
  readonly isHalfBuilt: boolean;
  readonly rows: number;
  readonly sum: number;
}

export function encodeSummary({ identity, block, successor, isHalfBuilt, tally }: Summary): string {
  const { number, hash, parentHash, timestamp } = block;
  const content: SummaryContent = {
    chainId: identity.chainId,
    registry: identity.registry,
    number: String(number),
    hash,
    parentHash,
    timestamp,
    successor: successor ?? null,
    isHalfBuilt,
    ...tally,
  };
  return JSON.stringify(content);
}

/** Of a text that we wrote: its checksum says so. */
export function decodeSummary(text: string): Summary {
  const content: SummaryContent = JSON.parse(text);
  const { chainId, registry, number, hash, parentHash, timestamp, successor, isHalfBuilt, rows, sum } =
    content;
  return {
    identity: { chainId, registry },
    block: { number: BigInt(number), hash, parentHash, timestamp: unixSeconds(timestamp) },
    successor: successor ?? undefined,
    isHalfBuilt,
    tally: { rows, sum },
  };
}

/** One deployment, however its address is written. */
export function sameDeployment(a: CheckpointIdentity, b: CheckpointIdentity): boolean {
  return a.chainId === b.chainId && a.registry.toLowerCase() === b.registry.toLowerCase();
}
