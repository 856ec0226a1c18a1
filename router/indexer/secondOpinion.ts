import { failedAnswer } from '../chain/failedAnswer.ts';
import type { SettlementEndpoint } from '../chain/settlementEndpoints.ts';
import { unixSeconds } from '../core/units.ts';
import type { ChainBlock } from './blockAnswer.ts';
import type { LogQuestion, MinedLog } from './logAnswer.ts';
import { askBlock, askLogs, type BlockName } from './nodeQuestions.ts';
import { logsRefusal } from './rangeRefusal.ts';

/**
 * What another endpoint has to say; undefined when it has no opinion: it does not know the block, or refuses the
 * question. One that does not answer, or without sense, is left, and has no opinion either. Never rejects.
 */
export async function logsBy(
  other: SettlementEndpoint,
  asker: SettlementEndpoint,
  question: LogQuestion,
): Promise<readonly MinedLog[] | undefined> {
  try {
    const answer = await askLogs(other.client, question);
    if (answer.kind === 'logs') return answer.logs;
    asker.accuse(other, 'down', answer.problem);
  } catch (error) {
    if (!isRefusal(error)) other.failed(error);
  }
  return undefined;
}

/** See {@link logsBy}. */
export async function blockBy(
  other: SettlementEndpoint,
  asker: SettlementEndpoint,
  name: BlockName,
): Promise<ChainBlock | undefined> {
  try {
    const answer = await askBlock(other.client, name);
    if (answer.kind === 'block') return answer.block;
    if (answer.kind === 'malformed') asker.accuse(other, 'down', answer.problem);
  } catch (error) {
    if (!isRefusal(error)) other.failed(error);
  }
  return undefined;
}

/** A question can be refused without being down: a range that is too large, a block not known yet. */
function isRefusal(error: unknown): boolean {
  const now = unixSeconds(0);
  const { kind } = logsRefusal(error, now);
  return kind === 'tooLarge' || (kind === 'other' && failedAnswer(error, now)?.code !== undefined);
}
