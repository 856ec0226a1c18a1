import { setTimeout as sleep } from 'node:timers/promises';
import type { SettlementEndpoint } from '../chain/settlementEndpoints.ts';
import type { Address } from '../registry/providerSet.ts';
import type { ChainBlock } from './blockAnswer.ts';
import type { ChainQuirks } from './chainQuirks.ts';
import { compareLogs, firstDifference, sameLogs } from './compareLogs.ts';
import type { LogQuestion, MinedLog } from './logAnswer.ts';
import { admits, admitsAnyOf } from './logsBloom.ts';
import { askBlock, askLogs } from './nodeQuestions.ts';
import { blockBy, logsBy } from './secondOpinion.ts';

/** Logs that can be relied on, as far as that can be known from the block's header and from other endpoints. */
export interface LogJudge {
  ofBlock(block: ChainBlock): Promise<readonly MinedLog[]>;
  /** Undefined when the chain changed while it was read. */
  between(
    from: bigint,
    to: bigint,
    final: () => Promise<bigint | undefined>,
  ): Promise<readonly MinedLog[] | undefined>;
}

export interface LogJudgeOptions {
  readonly endpoint: SettlementEndpoint;
  /** Whose logs, in lower case. */
  readonly addresses: readonly Address[];
  readonly quirks: ChainQuirks;
}

// A node's index of logs is often this much later than its headers.
const INDEX_LAG_MS = 200;

export function createLogJudge({ endpoint, addresses, quirks }: LogJudgeOptions): LogJudge {
  async function ask(blocks: LogQuestion['blocks']): Promise<readonly MinedLog[]> {
    const answer = await askLogs(endpoint.client, { addresses, blocks });
    return answer.kind === 'logs' ? answer.logs : endpoint.leave('down', answer.problem);
  }

  function askOther(other: SettlementEndpoint, blocks: LogQuestion['blocks']) {
    return logsBy(other, endpoint, { addresses, blocks });
  }

  const mayHold =
    ({ logsBloom }: ChainBlock) =>
    (log: MinedLog): boolean =>
      !quirks.bloomsUsable() || admits(logsBloom, log);

  /** Two endpoints say the same: if the bloom does not, it is worth nothing. */
  function agreed(block: ChainBlock, logs: readonly MinedLog[]): readonly MinedLog[] {
    if (!logs.every(mayHold(block))) quirks.bloomsProvedUnusable(block.ref.number);
    return logs;
  }

  /**
   * Both differed about the block: asks both once more, as one may merely have been late, and accuses or leaves the one
   * that is wrong. Where neither can be shown to be, a third decides.
   */
  async function settle(block: ChainBlock, other: SettlementEndpoint): Promise<readonly MinedLog[]> {
    const { hash, number } = block.ref;
    const [mine, theirs] = await Promise.all([ask({ hash }), askOther(other, { hash })]);
    // A node that does not know the block may call that "no logs".
    const knows = theirs !== undefined && (await blockBy(other, endpoint, { hash })) !== undefined;
    if (!knows) return mine;
    const detail = `other events in block ${number} than it can be shown to have`;
    switch (compareLogs(mine, theirs, mayHold(block))) {
      case 'same':
        return agreed(block, mine);
      case 'first':
        endpoint.accuse(other, 'missingLogs', detail);
        return mine;
      case 'second':
        return endpoint.leave('missingLogs', detail);
      case 'undecided': {
        const thirds = endpoint.others().filter((third) => third !== other);
        for (const third of thirds) {
          const logs = await askOther(third, { hash });
          if (logs === undefined || !sameLogs(logs, mine)) continue;
          endpoint.accuse(other, 'missingLogs', detail);
          return mine;
        }
        return endpoint.leave('missingLogs', detail);
      }
    }
  }

  /** No other endpoint has an opinion. */
  async function alone(block: ChainBlock, mine: readonly MinedLog[]): Promise<readonly MinedLog[]> {
    const { hash, number } = block.ref;
    if (mine.every(mayHold(block))) {
      if (mine.length > 0) return mine;
      await sleep(INDEX_LAG_MS);
      return await ask({ hash });
    }
    if (endpoint.others().length > 0)
      endpoint.leave('missingLogs', `events in block ${number}, whose bloom excludes them`);
    quirks.bloomsProvedUnusable(number);
    return mine;
  }

  return {
    async ofBlock(block) {
      const { hash } = block.ref;
      const isAdmitted = !quirks.bloomsUsable() || admitsAnyOf(block.logsBloom, addresses);
      const others = isAdmitted ? endpoint.others() : [];
      const [other] = others;
      const [mine, theirs] = await Promise.all([ask({ hash }), other && askOther(other, { hash })]);
      if (!isAdmitted && mine.length === 0) return mine;
      const [witness] = endpoint.others();
      if (witness === undefined) return await alone(block, mine);
      const seen = witness === other ? theirs : await askOther(witness, { hash });
      if (seen === undefined) return await alone(block, mine);
      return sameLogs(mine, seen) ? agreed(block, mine) : await settle(block, witness);
    },

    async between(from, to, final) {
      const blocks = { from, to };
      const others = endpoint.others();
      const [mine, theirs] = await Promise.all([ask(blocks), others[0] && askOther(others[0], blocks)]);
      for (const [index, other] of others.entries()) {
        const seen = index === 0 ? theirs : await askOther(other, blocks);
        if (seen === undefined) continue;
        const number = firstDifference(mine, seen);
        if (number === undefined) return mine;
        const at = (logs: readonly MinedLog[]) => logs.filter(({ blockNumber }) => blockNumber === number);
        const answer = await askBlock(endpoint.client, { number });
        const block = answer.kind === 'block' ? answer.block : undefined;
        if (block === undefined || at(mine).some(({ blockHash }) => blockHash !== block.ref.hash))
          return undefined;
        const theirBlock = await blockBy(other, endpoint, { number });
        if (theirBlock === undefined) continue;
        if (theirBlock.ref.hash !== block.ref.hash) {
          // Another branch has other logs. Near the head that is no fault.
          const finalNumber = await final();
          if (finalNumber !== undefined && number <= finalNumber)
            endpoint.accuse(other, 'wrongChain', `another block ${number}, which is final`);
          continue;
        }
        const truth = await settle(block, other);
        const detail = `other events of block ${number} in a range than alone`;
        if (!sameLogs(truth, at(mine))) endpoint.leave('missingLogs', detail);
        endpoint.accuse(other, 'missingLogs', detail);
      }
      return mine;
    },
  };
}
