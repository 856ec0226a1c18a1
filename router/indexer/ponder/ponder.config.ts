import { createConfig } from 'ponder';
import { type Address, zeroAddress } from 'viem';
import { paymentEscrowAbi } from '../../chain/abi/paymentEscrow.ts';
import { providerRegistryAbi } from '../../chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../../chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../chain/abi/watcherHub.ts';
import { readIndexerConfig } from './indexerConfig.ts';

const { chainId, rpc, pollingIntervalMs, database, deployments } = readIndexerConfig(process.env);
const courts = deployments.flatMap((deployment) => deployment.courts);
const startBlock = Math.min(...deployments.map(({ deploymentBlock }) => deploymentBlock));
const at = { chain: 'settlement', startBlock } as const;

export default createConfig({
  // There is one chain, so all orderings are the same; this one keeps nothing back.
  ordering: 'multichain',
  database:
    database.kind === 'pglite'
      ? { kind: 'pglite', directory: database.directory }
      : { kind: 'postgres', connectionString: database.url },
  chains: { settlement: { id: chainId, rpc, pollingInterval: pollingIntervalMs } },
  // Addresses are listed and not followed by Ponder's factories: of a new court no event names the hub, nor of a
  // successor the vault. `din indexer` finds them out and starts anew with the longer lists.
  contracts: {
    Registry: { ...at, abi: providerRegistryAbi, address: deployments.map(({ registry }) => registry) },
    Vault: { ...at, abi: stakeVaultAbi, address: deployments.map(({ vault }) => vault) },
    Hub: { ...at, abi: watcherHubAbi, address: someOf(courts.map(({ hub }) => hub)) },
    Court: { ...at, abi: slashingCourtAbi, address: someOf(courts.map(({ court }) => court)) },
    Escrow: { ...at, abi: paymentEscrowAbi, address: someOf(deployments.flatMap(({ escrows }) => escrows)) },
  },
  blocks: {
    // Begins at the head as it is when Ponder starts, above all that it takes for final: so no backfill writes a tip.
    // Readers rely on it (see schema/forRouters.ts).
    Head: { chain: 'settlement', interval: 1, startBlock: 'latest' },
  },
});

/** An empty list would mean every contract of the chain. */
function someOf(addresses: readonly Address[]): readonly Address[] {
  return addresses.length > 0 ? addresses : [zeroAddress];
}
