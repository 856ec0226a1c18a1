import { ponder } from 'ponder:registry';
import { deployment } from 'ponder:schema';
import { readIndexerConfig } from '../indexerConfig.ts';

ponder.on('Registry:setup', async ({ context: { db } }) => {
  const { chainId, deployments } = readIndexerConfig(process.env);
  for (const { registry, vault, deploymentBlock, base } of deployments) {
    await db.insert(deployment).values({
      registry,
      chainId,
      vault,
      deploymentBlock: BigInt(deploymentBlock),
      baseNumber: BigInt(base.number),
      baseHash: base.hash,
      baseParentHash: base.parentHash,
      baseTimestamp: BigInt(base.timestamp),
    });
  }
});
