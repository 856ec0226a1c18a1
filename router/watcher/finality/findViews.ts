import { someOf } from '../../core/someOf.ts';
import type { Hex } from '../../registry/providerSet.ts';
import { judgeCode, type ProvenAccount } from '../proof/account.ts';
import { data } from '../proof/fields.ts';
import { isContextFree } from './contextFree.ts';
import { viewsOf } from './material.ts';
import { answersOf, type Sources } from './sources.ts';
import type { AnsweredCall, ViewCall } from './truth.ts';

/** Calls that are compared at an anchor: few, so that enough services are asked the same. */
const VIEWS = 2;

/** A balance takes a tenth. Nobody is asked for what takes more, and would be slow without a fault of its own. */
const GAS_LIMIT = '0x493e0';

/** So many have to give the same answer: a few who stand together must not choose what all others are asked. */
const WITNESSES = 3;
/** Of so many at most, as some may be down. */
const ASKED = 5;

const VIEWS_TRIED = 2;

/** A balance, a number or a short name. */
const MAX_RESULT = 2 + 2 * 96;

/**
 * View calls of proven contracts that answer at the anchor, and that nothing but the state there can answer
 * differently. Those of the anchor before are kept as long as they answer.
 */
export async function findViews(
  sources: Sources,
  accounts: readonly ProvenAccount[],
  holders: readonly Hex[],
): Promise<AnsweredCall[]> {
  const { random, knownCalls } = sources;
  const found: AnsweredCall[] = [];
  // One goes each time, so that no call is asked for ever.
  for (const { from, to, data: view } of someOf(knownCalls, VIEWS - 1, random))
    await take({ from, to, data: view });
  for (const account of accounts) {
    if (found.length >= VIEWS) break;
    const [holder, from] = someOf(holders, 2, random);
    if (holder === undefined || !(await hasOwnAnswers(sources, account))) continue;
    for (const view of someOf(viewsOf(holder), VIEWS_TRIED, random))
      if (await take({ from: from ?? holder, to: account.address, data: view })) break;
  }
  return found;

  async function take(call: ViewCall): Promise<boolean> {
    const result = await answerTo(sources, call);
    if (result !== undefined) found.push({ ...call, result });
    return result !== undefined;
  }
}

async function hasOwnAnswers(sources: Sources, account: ProvenAccount): Promise<boolean> {
  const { number } = sources.anchor.header.fields;
  for await (const answer of answersOf(sources, 'eth_getCode', [account.address, number])) {
    const code = data(answer);
    // The hash is proven: whatever hashes to it is the code, on any network.
    if (code !== undefined && judgeCode(code, account, 'ethereum').kind === 'proven')
      return isContextFree(code);
  }
  return false;
}

async function answerTo(sources: Sources, call: ViewCall): Promise<Hex | undefined> {
  const at = { blockHash: sources.anchor.header.hash };
  const given: Hex[] = [];
  for await (const answer of answersOf(sources, 'eth_call', [{ ...call, gas: GAS_LIMIT }, at], ASKED)) {
    const result = data(answer);
    if (result === undefined || result.length > MAX_RESULT || result !== (given[0] ?? result))
      return undefined;
    given.push(result);
    if (given.length === WITNESSES && result !== '0x') return result;
  }
  return undefined;
}
