import type { NetworkKey, ProviderSet } from '../../registry/providerSet.ts';
import type { UpstreamClient, UpstreamTarget } from '../../upstream/outcome.ts';
import { createAsk } from '../finality/ask.ts';
import { stakeOf } from '../finality/networkNodes.ts';
import { callOf, type ProbeQuestion } from '../mix/question.ts';
import type { Probeable } from '../probeable.ts';
import { probeTimeoutMs } from '../probeTiming.ts';
import { createBallotBox } from './ballotBox.ts';
import type { Check } from './check.ts';
import { examine, type Fault } from './examine.ts';

export interface ExaminerDependencies {
  readonly upstream: UpstreamClient;
  readonly providerSet: () => ProviderSet | undefined;
  /** The watcher's own nodes. */
  readonly references: ReadonlyMap<NetworkKey, UpstreamTarget>;
}

/** Finds what is wrong with a service's answer, if anything is, and asks it more where that takes it. */
export type ServiceExaminer = (
  service: Probeable,
  question: ProbeQuestion & { readonly check: Check },
  answer: unknown,
  signal: AbortSignal,
) => Promise<Fault | undefined>;

export function createServiceExaminer(dependencies: ExaminerDependencies): ServiceExaminer {
  const { upstream, providerSet, references } = dependencies;
  const box = createBallotBox<NetworkKey>();
  return async ({ service, network, chainId, target }, { call, check }, answer, signal) => {
    const set = providerSet();
    if (set === undefined) return undefined;
    const ask = createAsk(upstream, probeTimeoutMs(network.sla), signal);
    const answerOf = async (node: UpstreamTarget, asked = call) => (await ask(node, asked))?.answer;
    const own = references.get(network.key);
    const header = callOf('eth_getBlockByNumber', [check.anchor.header.fields.number, false]);
    return await examine(
      box,
      {
        network: network.key,
        chainId,
        operator: service.provider,
        stake: stakeOf(set, service.provider),
        again: () => answerOf(target),
        header: () => answerOf(target, header),
        reference: own === undefined ? 'none' : () => answerOf(own),
      },
      check,
      answer,
    );
  };
}
