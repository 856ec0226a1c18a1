import type { Address } from 'viem';
import { z } from 'zod';
import { addressText as address } from '../../router/chain/addressText.ts';
import type { NamedContract } from './discoverDeployments.ts';

const QUERY = `{
  contractChanges(where: { step: "changed" }, orderBy: "id", limit: 1000) { items { contract kind address } }
}`;
const TIMEOUT_MS = 5_000;

export const contractKind = z.enum(['court', 'escrow', 'successor']);

const answerSchema = z.object({
  data: z.object({
    contractChanges: z.object({
      items: z.array(z.object({ contract: address, kind: contractKind, address })),
    }),
  }),
});

/** The contracts that the registries named, by the index itself; undefined when it cannot be asked now. */
export async function readNamedContracts(
  graphqlUrl: string,
  registries: readonly Address[],
): Promise<readonly NamedContract[] | undefined> {
  let answer: unknown;
  try {
    const response = await fetch(graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: QUERY }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer = await response.json();
  } catch {
    return undefined;
  }
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return undefined;
  // Vaults name courts too, those of their registries.
  return parsed.data.data.contractChanges.items
    .filter(({ contract }) => registries.includes(contract))
    .map(({ contract, kind, address: named }) => ({ registry: contract, kind, address: named }));
}
