import { fieldOf } from '../mix/question.ts';
import { hash as hashField } from '../proof/fields.ts';
import { networkRules } from '../proof/networkRules.ts';
import { type Check, HEADER, type ProofCheck } from './check.ts';
import { headerCheck } from './headerChecks.ts';
import { quorumValue, type Vote } from './quorum.ts';
import { RIGHT, voteValue } from './voteValue.ts';

/** The service that answered, and what else can be asked. Each resolves with undefined when there is no answer. */
export interface Examined {
  readonly chainId: number;
  /** The same question once more. */
  again(): Promise<unknown>;
  /** The header that it has at the anchor's height. */
  header(): Promise<unknown>;
  /** What all operators say to a question. */
  poll(check: Check): Promise<readonly Vote[]>;
  /** What the watcher's own node answers to the question; `none` when it has no such node. */
  readonly reference: 'none' | (() => Promise<unknown>);
}

/** An answer is wrong. */
export type Fault =
  /** It contradicts the header on which enough agree; `why` names the field. */
  | { readonly kind: 'refuted'; readonly why: string }
  /** A quorum of operators says something else, and the service has said it twice. */
  | { readonly kind: 'dissents'; readonly votes: readonly Vote[] };

/** Undefined for whatever is not certainly wrong: what can't be shown accuses nobody. */
export async function examine(service: Examined, check: Check, answer: unknown): Promise<Fault | undefined> {
  if (check.kind === 'compared') {
    const value = voteValue(check, answer);
    if (value === undefined || value === check.expected) return undefined;
    return await dissent(service, check, value, await service.again());
  }
  const verdict = check.judge(answer);
  if (verdict.kind !== 'refuted') return undefined;
  switch (await placeOf(service, check, answer)) {
    case 'unknown':
      return undefined;
    case 'other': {
      // It answered for another block, and may be right there: whether it has the right block is the question.
      const header = headerCheck(check.anchor, 'own');
      const value = voteValue(header, await service.header());
      return value && value !== RIGHT
        ? await dissent(service, header, value, await service.header())
        : undefined;
    }
    case 'anchor':
      if (networkRules(service.chainId) === 'ethereum') return { kind: 'refuted', why: verdict.why };
      return await dissent(service, check, voteValue(check, answer), await service.again());
  }
}

/** Of which block an answer is, by the node's own word. */
async function placeOf(
  service: Examined,
  { anchor, block }: ProofCheck,
  answer: unknown,
): Promise<'anchor' | 'other' | 'unknown'> {
  if (block === 'hash') return 'anchor';
  const header = block === 'own' ? answer : await service.header();
  const named = hashField(fieldOf(header, 'hash'));
  if (named === undefined) return 'unknown';
  return named === anchor.header.hash ? 'anchor' : 'other';
}

/** A fault when the service says the same twice, and a quorum of operators says something else. */
async function dissent(
  service: Examined,
  check: Check,
  value: string | undefined,
  second: unknown,
): Promise<Fault | undefined> {
  // Nodes have bad moments.
  if (value === undefined || voteValue(check, second) !== value) return undefined;
  const votes = await service.poll(check);
  const quorum = quorumValue(votes);
  if (quorum === undefined || quorum === value) return undefined;
  // That most contradict the header shows that the network's rules are others.
  if (check.kind === 'proof' && quorum !== RIGHT) return undefined;
  // The watcher's own node may veto. The anchor's header it has confirmed already.
  const { reference } = service;
  if (reference !== 'none' && check.id !== HEADER && voteValue(check, await reference()) !== quorum)
    return undefined;
  return { kind: 'dissents', votes };
}
