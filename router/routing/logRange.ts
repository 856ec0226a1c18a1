import { eachMember, type RawJson, rawElements } from '../core/rawJson.ts';
import { blockNumber } from './requestedBlock.ts';

/**
 * How many blocks the filter of an `eth_getLogs` call spans; undefined for one block by its hash, for junk and while the
 * head is not known but needed.
 * @param head what `latest` means
 */
export function logBlocks(params: RawJson | undefined, head: number | undefined): number | undefined {
  const filter = params === undefined ? undefined : rawElements(params)?.[0];
  if (filter === undefined) return undefined;
  let from: number | undefined = head;
  let to: number | undefined = head;
  let isOneBlock = false;
  const isObject = eachMember(filter, (key, value) => {
    if (key === 'blockHash') isOneBlock = true;
    if (key === 'fromBlock') from = blockOf(value, head);
    if (key === 'toBlock') to = blockOf(value, head);
  });
  if (!isObject || isOneBlock || from === undefined || to === undefined) return undefined;
  return to < from ? undefined : to - from + 1;
}

function blockOf(value: RawJson, head: number | undefined): number | undefined {
  if (value === '"earliest"') return 0;
  // `safe` and `finalized` are a little less: the difference is none for a limit.
  return TAG.test(value) ? head : blockNumber(value);
}

const TAG = /^(?:null|"(?:latest|pending|safe|finalized)")$/;

/**
 * What a refusal of a log query says about its span: the limit that it names, `unknown` without any, and undefined when
 * it is about something else, like how much was found or how long it took, which says nothing about the span of other
 * queries.
 * @param asked the span that was refused. Blocks.
 */
export function toldLogBlocks(message: string | undefined, asked: number): number | 'unknown' | undefined {
  if (message === undefined) return 'unknown';
  const text = message.slice(0, MESSAGE_LIMIT);
  const span = SPAN.exec(text)?.[0];
  if (span === undefined && (!OF_BLOCKS.test(text) || OF_OTHERS.test(text))) return undefined;
  let told: number | undefined;
  for (const [, digits = '', thousands] of (span ?? text).matchAll(NUMBERS)) {
    const number = Number(digits.replaceAll(',', '')) * (thousands === undefined ? 1 : 1_000);
    // The span asked for is often quoted; of the rest the largest is the limit.
    if (number >= 1 && number < asked && (told === undefined || number > told)) told = number;
  }
  return told ?? 'unknown';
}

const MESSAGE_LIMIT = 1_000;
// Neither hexadecimal nor part of a version or an address.
const NUMBERS = /(?<![\w./])(\d[\d,]{0,12})(k)?(?![\w.]*\w)/gi;
const OF_BLOCKS = /\b(?:blocks?|ranges?)\b/i;
const OF_OTHERS =
  /\b(?:results|logs in|events|response|payload|body|address(?:es)?|topics|filters|timed?|timeout|deadline)\b/i;
// Says both what it finds too much and what it would take.
const SPAN = /\bup to an? [\d,]+k? block/i;
