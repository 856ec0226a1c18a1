import { type Address, getAbiItem, type PublicClient, toFunctionSelector } from 'viem';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';

export type Attestation = 'commit' | 'reveal';

/** Whether a watcher's commit or reveal is on the chain, or on its way into the next block, or cannot come any more. */
export type AttestationLook = (what: Attestation, watcher: Address, epoch: number) => Promise<boolean>;

type PoolPart = Readonly<Record<string, Readonly<Record<string, PooledTransaction>>>>;
interface PooledTransaction {
  readonly from: string;
  readonly input: string;
}

const SELECTORS: Readonly<Record<Attestation, string>> = {
  commit: toFunctionSelector(getAbiItem({ abi: watcherHubAbi, name: 'commit' })),
  reveal: toFunctionSelector(getAbiItem({ abi: watcherHubAbi, name: 'reveal' })),
};

export function createAttestationLook(client: PublicClient, hub: Address): AttestationLook {
  return async (what, watcher, epoch) => {
    const report = await client.readContract({
      ...{ address: hub, abi: watcherHubAbi, functionName: 'reportOf' },
      args: [watcher, BigInt(epoch)],
    });
    const isCommitted = BigInt(report.commitment) !== 0n;
    // Without a commit there is nothing to reveal.
    if (what === 'commit' ? isCommitted : !isCommitted || report.revealedChunks > 0) return true;
    // What waits there for an earlier nonce comes into no block yet.
    const { pending } = await client.request<{ Parameters: []; ReturnType: { pending: PoolPart } }>({
      ...{ method: 'txpool_content', params: [] },
    });
    return Object.values(pending)
      .flatMap((ofSender) => Object.values(ofSender))
      .some(
        ({ from, input }) =>
          from.toLowerCase() === watcher.toLowerCase() && input.startsWith(SELECTORS[what]),
      );
  };
}
