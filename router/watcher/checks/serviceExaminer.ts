import type { NetworkKey } from '../../registry/providerSet.ts';
import type { UpstreamCall, UpstreamClient, UpstreamTarget } from '../../upstream/outcome.ts';
import type { Anchor } from '../finality/anchor.ts';
import { createAsk } from '../finality/ask.ts';
import type { NetworkNodes } from '../finality/networkNodes.ts';
import { callOf, type ProbeQuestion } from '../mix/question.ts';
import type { Probeable } from '../probeable.ts';
import { probeTimeoutMs } from '../probeTiming.ts';
import { type Check, HEADER } from './check.ts';
import { examine, type Fault } from './examine.ts';
import type { Vote } from './quorum.ts';
import { voteValue } from './voteValue.ts';

export interface ExaminerDependencies {
  readonly upstream: UpstreamClient;
  /** Whom to ask about a network; undefined when it is not measured any more. */
  readonly nodesOf: (network: NetworkKey) => NetworkNodes | undefined;
}

/** Finds what is wrong with a service's answer, if anything is, and asks it and others more where that takes it. */
export type ServiceExaminer = (
  service: Probeable,
  question: ProbeQuestion & { readonly check: Check },
  answer: unknown,
  signal: AbortSignal,
) => Promise<Fault | undefined>;

export function createServiceExaminer({ upstream, nodesOf }: ExaminerDependencies): ServiceExaminer {
  // All are asked once about each question, however often somebody lies.
  const polls = new WeakMap<Anchor, Map<string, Promise<readonly Vote[]>>>();

  function pollOnce(anchor: Anchor, id: string, poll: () => Promise<readonly Vote[]>) {
    const known = polls.get(anchor) ?? new Map<string, Promise<readonly Vote[]>>();
    polls.set(anchor, known);
    const votes = known.get(id) ?? poll();
    known.set(id, votes);
    return votes;
  }

  return async ({ network, chainId, target }, { call, check }, answer, signal) => {
    const asked = nodesOf(network.key);
    if (asked === undefined) return undefined;
    const { nodes, reference } = asked;
    const ask = createAsk(upstream, probeTimeoutMs(network.sla), signal);
    const answerOf = async (node: UpstreamTarget, question: UpstreamCall) =>
      (await ask(node, question))?.answer;
    const headerCall = callOf('eth_getBlockByNumber', [check.anchor.header.fields.number, false]);
    const poll = async (about: Check): Promise<readonly Vote[]> =>
      await Promise.all(
        nodes.map(async (node) => {
          const said = await answerOf(node.target, about.id === HEADER ? headerCall : call);
          return { operator: node.operator, stake: node.stake, value: voteValue(about, said) };
        }),
      );
    return await examine(
      {
        chainId,
        again: () => answerOf(target, call),
        header: () => answerOf(target, headerCall),
        poll: (about) => pollOnce(about.anchor, about.id, () => poll(about)),
        reference: reference === undefined ? 'none' : () => answerOf(reference, call),
      },
      check,
      answer,
    );
  };
}
