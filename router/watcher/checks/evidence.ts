import type { UnixSeconds } from '../../core/units.ts';
import type { Service } from '../../registry/providerSet.ts';
import type { UpstreamCall } from '../../upstream/outcome.ts';
import type { Check } from './check.ts';
import type { Fault } from './examine.ts';

/** What shows that an answer was wrong, to whoever looks into a case. Plain JSON. */
export interface Evidence {
  readonly epoch: number;
  /** Seconds since 1970. */
  readonly at: UnixSeconds;
  readonly provider: string;
  readonly network: string;
  readonly serviceId: number;
  readonly method: string;
  /** JSON texts as they were sent and as they came. */
  readonly params: string;
  readonly answer: string;
  readonly fault: unknown;
  /** The header, its hash, and who named it. */
  readonly anchor: unknown;
  /** What is proven against the header. */
  readonly truth: unknown;
}

export interface EvidenceArgs {
  readonly epoch: number;
  readonly at: UnixSeconds;
  readonly service: Service;
  readonly caip2: string;
  readonly call: UpstreamCall;
  readonly answer: string;
  readonly check: Check;
  readonly fault: Fault;
}

/** The block limit of any network is below: only what a stranger made up is longer. */
const MAX_ANSWER = 256 * 1024;

export function evidenceOf({ service, call, check, fault, ...args }: EvidenceArgs): Evidence {
  const { header, number, agreedBy } = check.anchor;
  return {
    epoch: args.epoch,
    at: args.at,
    provider: service.provider,
    network: args.caip2,
    serviceId: service.id,
    method: call.method,
    params: call.params ?? '[]',
    answer: args.answer.slice(0, MAX_ANSWER),
    fault: fault.kind === 'refuted' ? fault : { kind: fault.kind, votes: fault.votes.map(plainVote) },
    anchor: { number, hash: header.hash, fields: header.fields, agreedBy: agreedBy.map(plainVote) },
    truth: check.kind === 'proof' ? check.evidence() : {},
  };
}

/** JSON has no big numbers. */
function plainVote<Vote extends { readonly stake: bigint }>(vote: Vote): unknown {
  return { ...vote, stake: vote.stake.toString() };
}
