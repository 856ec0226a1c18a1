import type { RegistryContracts } from '../chain/contracts.ts';
import { failedAnswer } from '../chain/failedAnswer.ts';
import type { SettlementEndpoint } from '../chain/settlementEndpoints.ts';
import { classify } from '../core/classify.ts';
import { unixSeconds } from '../core/units.ts';
import type { RegistryEvent } from '../registry/events.ts';
import type { Address, BlockRef, Hex } from '../registry/providerSet.ts';
import type { ChainBlock } from './blockAnswer.ts';
import type { ChainQuirks } from './chainQuirks.ts';
import { decodeEvents } from './decodeEvent.ts';
import { createLogJudge } from './logJudge.ts';
import { askBlock, type BlockName } from './nodeQuestions.ts';

/** What following a chain needs of it, seen by one endpoint. Rejects with endpoint errors as they are. */
export interface ChainReader {
  head(): Promise<BlockRef>;
  /** Number of the newest block that no reorg can reach; undefined where the chain does not tell. */
  final(): Promise<bigint | undefined>;
  /** Undefined when the chain, as it is now, has no such block. */
  blockAt(number: bigint): Promise<BlockRef | undefined>;
  /** Events of exactly this block, whether or not the chain still holds to it. */
  eventsOf(hash: Hex): Promise<readonly RegistryEvent[]>;
  /**
   * Events of the blocks `from` to `to`, both inclusive, of the chain as it is now. Undefined when it changed while it
   * was read.
   */
  eventsBetween(from: bigint, to: bigint): Promise<readonly RegistryEvent[] | undefined>;
}

// Blocks near the head are read one by one, their logs right after them.
const MAX_BLOCKS = 64;

/**
 * Reads a deployment by one endpoint, within one look. Logs are compared with the headers' blooms and with what other
 * endpoints answer: one that is found to leave out events, or to make some up, is left.
 */
export function createChainReader(
  endpoint: SettlementEndpoint,
  contracts: Pick<RegistryContracts, 'registry' | 'vault'>,
  quirks: ChainQuirks,
): ChainReader {
  const addresses = [contracts.registry, contracts.vault].map((address) => address.toLowerCase() as Address);
  const judge = createLogJudge({ endpoint, addresses, quirks });
  /** Read in this look, for their blooms. */
  const blocks = new Map<Hex, ChainBlock>();
  let head: bigint | undefined;

  async function read(name: BlockName): Promise<ChainBlock | undefined> {
    const answer = await askBlock(endpoint.client, name);
    if (answer.kind === 'malformed') return endpoint.leave('down', answer.problem);
    if (answer.kind === 'none') return undefined;
    blocks.set(answer.block.ref.hash, answer.block);
    for (const oldest of blocks.keys()) if (blocks.size > MAX_BLOCKS) blocks.delete(oldest);
    return answer.block;
  }

  async function final(): Promise<bigint | undefined> {
    if (quirks.refusesFinal(endpoint)) return undefined;
    try {
      const number = (await read({ tag: 'finalized' }))?.ref.number;
      // Blocks that came since the head was read may be final at once.
      return number !== undefined && head !== undefined && number > head ? head : number;
    } catch (error) {
      const refusal = finalRefusal(error);
      if (refusal === undefined) throw error;
      if (refusal === 'always') quirks.finalRefused(endpoint);
      return undefined;
    }
  }

  return {
    async head() {
      const block = await read({ tag: 'latest' });
      if (block === undefined) return endpoint.leave('down', 'malformed answer: no newest block');
      head = block.ref.number;
      endpoint.saw(head);
      return block.ref;
    },
    final,
    async blockAt(number) {
      return (await read({ number }))?.ref;
    },
    async eventsOf(hash) {
      const block = blocks.get(hash) ?? (await read({ hash }));
      if (block === undefined) return endpoint.leave('down', `block ${hash} is not known any more`);
      return decodeEvents(contracts, await judge.ofBlock(block));
    },
    async eventsBetween(from, to) {
      const logs = await judge.between(from, to, final);
      return logs && decodeEvents(contracts, logs);
    },
  };
}

/** Why the tag is refused; undefined when it is not, and the request failed for another reason. */
function finalRefusal(error: unknown): 'always' | 'yet' | undefined {
  const answer = failedAnswer(error, unixSeconds(0));
  if (answer?.code === undefined) return undefined;
  const { code, message, status = 200 } = answer;
  const observed = { method: 'eth_getBlockByNumber', httpStatus: status, code, message, isRpcError: true };
  const kind = classify(observed);
  if (kind !== 'client' && kind !== 'capability') return undefined;
  return NOT_YET.test(message) ? 'yet' : 'always';
}

const NOT_YET = /not found|unknown block|not yet|unavailable/i;
