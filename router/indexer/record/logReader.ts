import { firstBlockSince } from '../../chain/blockAtTime.ts';
import type { SettlementEndpoint } from '../../chain/settlementEndpoints.ts';
import type { UnixSeconds } from '../../core/units.ts';
import type { Address, BlockRef } from '../../registry/providerSet.ts';
import type { ChainQuirks } from '../chainQuirks.ts';
import type { MinedLog } from '../logAnswer.ts';
import { createLogJudge } from '../logJudge.ts';
import { askBlock } from '../nodeQuestions.ts';
import type { RangeReader } from '../rangeRead.ts';

export interface LogReader extends RangeReader<MinedLog> {
  /** See `firstBlockSince`. */
  firstSince(time: UnixSeconds, first: bigint, last: bigint): Promise<bigint>;
}

/** One contract's logs by one endpoint, within one look, compared with what the others answer. */
export function createLogReader(
  endpoint: SettlementEndpoint,
  contract: Address,
  quirks: ChainQuirks,
): LogReader {
  const judge = createLogJudge({ endpoint, addresses: [contract.toLowerCase() as Address], quirks });
  return {
    blockAt: (number) => blockAt(endpoint, number),
    eventsBetween: (from, to) => judge.between(from, to, async () => undefined),
    firstSince: (time, first, last) => firstBlockSince(endpoint.client, time, first, last),
  };
}

/** The block some way below the newest; undefined where the chain is not that long. */
export async function blockBelowHead(
  endpoint: SettlementEndpoint,
  depth: bigint,
): Promise<BlockRef | undefined> {
  const answer = await askBlock(endpoint.client, { tag: 'latest' });
  if (answer.kind !== 'block') return endpoint.leave('down', 'malformed answer: no newest block');
  const { number } = answer.block.ref;
  endpoint.saw(number);
  return number < depth ? undefined : await blockAt(endpoint, number - depth);
}

async function blockAt(endpoint: SettlementEndpoint, number: bigint): Promise<BlockRef | undefined> {
  const answer = await askBlock(endpoint.client, { number });
  if (answer.kind === 'malformed') return endpoint.leave('down', answer.problem);
  return answer.kind === 'block' ? answer.block.ref : undefined;
}
