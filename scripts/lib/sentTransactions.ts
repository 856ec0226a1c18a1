import { type Address, type Hex, isHex, type PublicClient } from 'viem';
import { artifactResolver } from '../../ignition/lib/artifacts.ts';

/** One transaction of a deployment that is in a block. */
export interface SentTransaction {
  /** Contract that was created, or `Contract#function` that was called. */
  readonly name: string;
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly gasUsed: bigint;
  /** What was paid, in the chain's coin's smallest unit. */
  readonly cost: bigint;
  readonly contract: Address | undefined;
}

/** What a deployment's journal has sent, in the order of the blocks. */
export async function sentTransactions(
  client: PublicClient,
  deploymentDir: string,
): Promise<SentTransaction[]> {
  const { listTransactions } = await import('@nomicfoundation/ignition-core');
  const listed = await listTransactions(deploymentDir, artifactResolver);
  // Replaced by one with a higher fee, or reverted: created nothing.
  const mined = listed.filter(({ status }) => String(status) === 'SUCCESS');
  const sent = await Promise.all(
    mined.map(async ({ txHash, name = '' }) => {
      if (!isHex(txHash)) throw new TypeError(`${txHash} in the journal is no hash`);
      const receipt = await client.getTransactionReceipt({ hash: txHash });
      const { blockNumber, gasUsed, effectiveGasPrice, contractAddress } = receipt;
      return {
        name,
        hash: txHash,
        blockNumber,
        gasUsed,
        cost: gasUsed * effectiveGasPrice,
        contract: contractAddress ?? undefined,
      };
    }),
  );
  return sent.sort((a, b) => Number(a.blockNumber - b.blockNumber));
}
