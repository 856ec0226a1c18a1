import { createConfig } from 'ponder';
import { providerRegistryAbi } from '../../chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../chain/abi/stakeVault.ts';
import { readIndexerConfig } from './indexerConfig.ts';
import { endWithLauncher } from './lib/endWithLauncher.ts';

endWithLauncher();

const config = readIndexerConfig(process.env);
const { chainId, rpc, pollingIntervalMs, database, deployments } = config;
const startBlock = Math.min(...deployments.map(({ deploymentBlock }) => deploymentBlock));
const at = { chain: 'settlement', startBlock } as const;

export default createConfig({
  // With one chain the stricter ordering costs nothing and means nothing.
  ordering: 'multichain',
  database:
    database.kind === 'pglite'
      ? { kind: 'pglite', directory: database.directory }
      : { kind: 'postgres', connectionString: database.url },
  chains: { settlement: { id: chainId, rpc, pollingInterval: pollingIntervalMs } },
  contracts: {
    Registry: { ...at, abi: providerRegistryAbi, address: deployments.map(({ registry }) => registry) },
    Vault: { ...at, abi: stakeVaultAbi, address: deployments.map(({ vault }) => vault) },
  },
  blocks: {
    // Begins at the head as it is when Ponder starts, above all that it takes for final: so its rows are never written
    // by a backfill. Readers rely on it (see `block` in ponder.schema.ts).
    Head: { chain: 'settlement', interval: 1, startBlock: 'latest' },
  },
});
