import type { Address } from 'viem';
import { z } from 'zod';
import { address, chainId, filePath, integer, list, section, url } from './kinds.ts';

const CHECKPOINT_ALLOWED = 'allowed: the path of a file, or false to keep none';

const fields = section({
  /** With `registry`; a deployment file names both. */
  chainId: chainId.optional(),
  rpc: list(url('http://', 'https://', 'ws://', 'wss://'), 'URLs').min(1, {
    error: 'allowed: a list of at least one URL',
  }),
  registry: address.optional(),
  /** The file that `din deploy` wrote. */
  deployment: filePath().optional(),
  source: z.enum(['chain', 'graphql'], { error: 'allowed: chain or graphql' }).default('chain'),
  graphqlUrl: url('http://', 'https://').optional(),
  /** Further behind the settlement endpoints' head, the indexer is left for the endpoints. */
  graphqlMaxBehindBlocks: integer(1, 1_000_000, 'blocks').default(20),
  /** Where the final part of the provider set is kept over restarts. */
  checkpoint: z
    .union([z.literal(false), filePath(CHECKPOINT_ALLOWED)], { error: CHECKPOINT_ALLOWED })
    .optional(),
  pollIntervalMs: integer(50, 600_000, 'milliseconds').default(1_000),
  /** Most blocks asked for in one eth_getLogs. */
  maxRange: integer(1, 1_000_000, 'blocks').optional(),
});

/** As the operator wrote it, defaults filled in. */
export type WrittenSettlement = z.output<typeof fields>;

/** With nothing left to look up: the deployment is known, paths are absolute. */
export interface SettlementConfig
  extends Omit<WrittenSettlement, 'chainId' | 'registry' | 'deployment' | 'rpc'> {
  readonly chainId: number;
  readonly registry: Address;
  readonly rpc: readonly string[];
}

export const settlement = fields.superRefine(
  (written, context) => {
    for (const { field, message } of contradictions(written)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  },
  // All problems come at once: also with those of single fields.
  { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
);

interface Contradiction {
  readonly field: 'chainId' | 'registry' | 'deployment' | 'graphqlUrl';
  readonly message: string;
}

function contradictions(written: WrittenSettlement): readonly Contradiction[] {
  const problems: Contradiction[] = [];
  // A field that is there and wrong has its own problem: here counts only whether it is there.
  const has = (field: Contradiction['field']) => Object.hasOwn(written, field);
  if (has('deployment')) {
    for (const field of ['registry', 'chainId'] as const) {
      if (has(field))
        problems.push({ field, message: 'the deployment file names it; allowed: only one of them' });
    }
  } else {
    const message = 'allowed: registry with chainId, or deployment, the file that `din deploy` wrote';
    for (const field of ['chainId', 'registry'] as const) if (!has(field)) problems.push({ field, message });
  }
  if (written.source === 'graphql' && !has('graphqlUrl')) {
    problems.push({ field: 'graphqlUrl', message: 'allowed: the http(s) URL of the indexer' });
  }
  if (written.source === 'chain' && has('graphqlUrl')) {
    problems.push({ field: 'graphqlUrl', message: 'nobody asks it; allowed: only with source: graphql' });
  }
  return problems;
}
