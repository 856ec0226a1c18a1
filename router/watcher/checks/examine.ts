import type { NetworkKey } from '../../registry/providerSet.ts';
import type { Voter } from '../finality/votes.ts';
import { fieldOf } from '../mix/question.ts';
import { hash as hashField } from '../proof/fields.ts';
import { networkRules } from '../proof/networkRules.ts';
import type { BallotBox } from './ballotBox.ts';
import { isAgainstQuorum, isSteadfast, quorumValue, type Vote } from './ballots.ts';
import { type Check, HEADER, type ProofCheck } from './check.ts';
import { headerCheck } from './headerChecks.ts';
import { RIGHT, voteValue } from './verdictValue.ts';

/** The service that answered, and how to ask it more. */
export interface Examined extends Voter {
  readonly network: NetworkKey;
  readonly chainId: number;
  /** The same question once more; undefined when it gives no answer. */
  again(): Promise<unknown>;
  /** The header that it has at the anchor's height. */
  header(): Promise<unknown>;
  /** What the watcher's own node answers to the question; `none` when it has no such node. */
  reference: 'none' | (() => Promise<unknown>);
}

/** An answer is wrong. */
export type Fault =
  /** It contradicts the header on which enough agree; `why` names the field. */
  | { readonly kind: 'refuted'; readonly why: string }
  /** A quorum of operators says something else, and the service has said it twice. */
  | { readonly kind: 'dissents'; readonly votes: readonly Vote[] };

/** Undefined for whatever is not certainly wrong: what can't be shown accuses nobody. */
export async function examine(
  box: BallotBox<NetworkKey>,
  service: Examined,
  check: Check,
  answer: unknown,
): Promise<Fault | undefined> {
  if (check.kind === 'compared') return await compare(box, service, check, answer);
  const verdict = check.judge(answer);
  if (verdict.kind === 'unprovable') return undefined;
  if (verdict.kind === 'proven') {
    cast(box, service, check, RIGHT);
    return undefined;
  }
  const place = await placeOf(service, check, answer);
  // It answered for another block, so that the answer may be right there: whether it has the right block is the question.
  if (place === 'other')
    return await compare(box, service, headerCheck(check.anchor, 'own'), await service.header());
  if (place === 'unknown') return undefined;
  if (networkRules(service.chainId) === 'ethereum') return { kind: 'refuted', why: verdict.why };
  return await compare(box, service, check, answer);
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

async function compare(
  box: BallotBox<NetworkKey>,
  service: Examined,
  check: Check,
  answer: unknown,
): Promise<Fault | undefined> {
  const value = voteValue(check, answer);
  let votes = value && cast(box, service, check, value);
  if (!votes || !isAgainst(votes, service, check)) return undefined;
  if (!isSteadfast(votes, service.operator)) {
    const second = await (check.id === HEADER ? service.header() : service.again());
    const repeated = voteValue(check, second);
    votes = repeated && cast(box, service, check, repeated);
    if (!votes || !isAgainst(votes, service, check) || !isSteadfast(votes, service.operator))
      return undefined;
  }
  if (!(await hasReferenceOn(votes, service, check))) return undefined;
  return { kind: 'dissents', votes };
}

function isAgainst(votes: readonly Vote[], { operator }: Examined, check: Check): boolean {
  if (!isAgainstQuorum(votes, operator)) return false;
  // That most contradict the header shows that the network's rules are others.
  return check.kind === 'compared' || quorumValue(votes) === RIGHT;
}

/** The watcher's own node may veto. The anchor's header it has confirmed already. */
async function hasReferenceOn(
  votes: readonly Vote[],
  { reference }: Examined,
  check: Check,
): Promise<boolean> {
  if (reference === 'none' || check.id === HEADER) return true;
  return voteValue(check, await reference()) === quorumValue(votes);
}

function cast(
  box: BallotBox<NetworkKey>,
  { network, operator, stake }: Examined,
  { anchor, id }: Check,
  value: string,
): readonly Vote[] | undefined {
  return box.cast(network, anchor, id, { operator, stake, value });
}
