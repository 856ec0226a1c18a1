import type { Hex } from 'viem';
import { hash as hashField, likeness, record } from './fields.ts';
import { HEADER_READERS, type HeaderFields, headerHash, readHeader } from './headerForm.ts';
import type { NetworkRules } from './networkRules.ts';
import { type Comparison, type Proof, unprovable, type Verdict, verdictOf } from './verdict.ts';

/** A header that hashes to what was agreed: each field is as certain as the hash. */
export interface ProvenHeader {
  readonly hash: Hex;
  readonly fields: HeaderFields;
}

/**
 * Whether a block's fields are the header of an agreed hash. The forks tell themselves apart by the fields that are
 * there. That they do not hash to it accuses nobody, on no network: a node may leave out a field, a later fork may
 * have one that is not known here, and other networks hash otherwise. Once any node's header is proven, `judgeHeader`
 * shows which nodes contradict it.
 *
 * @param answer Of `eth_getBlockByHash` or `eth_getBlockByNumber`.
 * @param agreedHash Of a final block, in lower case.
 */
export function proveHeader(answer: unknown, agreedHash: Hex): Proof<ProvenHeader> {
  const block = record(answer);
  const fields = block && readHeader(block);
  if (fields === undefined) return unprovable('no header');
  if (headerHash(fields) !== agreedHash) return unprovable('hash of another form');
  return { kind: 'proven', truth: { hash: agreedHash, fields } };
}

/** Whether a block that should be the proven one has its header. Looks at nothing below it. */
export function judgeHeader(answer: unknown, header: ProvenHeader, rules: NetworkRules): Verdict {
  const block = record(answer);
  return block === undefined ? unprovable('no block') : verdictOf(headerComparisons(block, header), rules);
}

export function* headerComparisons(
  block: Readonly<Record<string, unknown>>,
  { hash, fields }: ProvenHeader,
): Generator<Comparison> {
  yield ['hash', likeness(hashField, block.hash, hash)];
  for (const [name, read] of HEADER_READERS) {
    const truth = fields[name];
    // A field that the header has not: an empty one says the same as none.
    if (truth === undefined)
      yield [name, block[name] === undefined || block[name] === null ? 'same' : 'missing'];
    else yield [name, likeness(read, block[name], truth)];
  }
}
