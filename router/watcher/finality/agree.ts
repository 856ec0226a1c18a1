import type { Random } from '../../core/clock.ts';
import type { Hex, Sla } from '../../registry/providerSet.ts';
import type { UpstreamTarget } from '../../upstream/outcome.ts';
import { callOf, fieldOf, numberOf } from '../mix/question.ts';
import { hash as hashField } from '../proof/fields.ts';
import { proveHeader } from '../proof/header.ts';
import type { Anchor } from './anchor.ts';
import { anchorHeight, NEAR_BLOCKS } from './anchorHeight.ts';
import type { Ask } from './ask.ts';
import { agreedHash, agreedHeight, type HashVote, type Voter } from './votes.ts';

/** A service whose word counts for its operator's stake. */
export interface VotingNode extends Voter {
  readonly target: UpstreamTarget;
}

export interface AgreeArgs {
  /** Of one network, each operator once. */
  readonly nodes: readonly VotingNode[];
  /** The watcher's own node of that network. It may veto, and proves nothing alone. */
  readonly reference: UpstreamTarget | undefined;
  readonly sla: Pick<Sla, 'maxP95BlockLag'>;
  readonly ask: Ask;
  readonly random: Random;
}

/** Why there is none: `form` when headers do not hash as Ethereum's do, `reference` when the own node vetoed. */
export type Disagreement = 'heads' | 'final' | 'short' | 'hash' | 'form' | 'reference';

export type Agreement =
  | { readonly kind: 'agreed'; readonly anchor: Anchor }
  | { readonly kind: 'none'; readonly why: Disagreement };

/** Asks all nodes which block is final and what its header is. Takes two or three questions of each. */
export async function agree(args: AgreeArgs): Promise<Agreement> {
  const { nodes, reference, ask } = args;
  const head = await height(args, 'latest');
  if (head === undefined) return none('heads');
  const number = await finalHeight(args, head);
  if (typeof number === 'string') return none(number);

  const answers = await Promise.all(
    nodes.map(async (node) => ({ ...node, block: await blockAt(ask, node.target, number) })),
  );
  const votes = answers.map((vote): HashVote => ({ ...vote, hash: hashOf(vote.block, number) }));
  const hash = agreedHash(votes);
  if (hash === undefined) return none('hash');
  if (reference && hashOf(await blockAt(ask, reference, number), number) !== hash) return none('reference');
  for (const { block } of answers) {
    const proof = proveHeader(block, hash);
    if (proof.kind !== 'proven') continue;
    const agreedBy = votes
      .filter((vote) => vote.hash === hash)
      .map(({ operator, stake }): Voter => ({ operator, stake }));
    return { kind: 'agreed', anchor: { header: proof.truth, number, head, agreedBy } };
  }
  return none('form');
}

/** The final block to take, or why there is none. A safe one where final ones are so old that their state is gone. */
async function finalHeight(args: AgreeArgs, head: number): Promise<number | Disagreement> {
  let found: number | Disagreement = 'final';
  for (const tag of ['finalized', 'safe'] as const) {
    const final = await height(args, tag);
    if (final === undefined) continue;
    const number = anchorHeight(head, final, args.sla, args.random);
    if (number === undefined) return 'short';
    if (head - number <= NEAR_BLOCKS) return number;
    if (typeof found === 'string') found = number;
  }
  return found;
}

async function height({ nodes, ask }: AgreeArgs, tag: string): Promise<number | undefined> {
  const votes = await Promise.all(
    nodes.map(async ({ operator, stake, target }) => {
      const found = await ask(target, callOf('eth_getBlockByNumber', [tag, false]));
      return { operator, stake, height: numberOf(fieldOf(found?.answer, 'number')) };
    }),
  );
  return agreedHeight(votes);
}

async function blockAt(ask: Ask, target: UpstreamTarget, number: number): Promise<unknown> {
  const found = await ask(target, callOf('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]));
  return found?.answer;
}

function hashOf(block: unknown, number: number): Hex | undefined {
  return numberOf(fieldOf(block, 'number')) === number ? hashField(fieldOf(block, 'hash')) : undefined;
}

function none(why: Disagreement): Agreement {
  return { kind: 'none', why };
}
