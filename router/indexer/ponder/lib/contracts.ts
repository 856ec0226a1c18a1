import { type Address, isAddressEqual } from 'viem';
import { type IndexedDeployment, readIndexerConfig } from '../indexerConfig.ts';

const { deployments } = readIndexerConfig(process.env);

/** Registries share a vault when one succeeds the other. */
export function registriesOfVault(address: Address): Address[] {
  return deployments.filter(({ vault }) => isAddressEqual(vault, address)).map(({ registry }) => registry);
}

export function registryOfHub(address: Address): Address {
  return registryOf(address, ({ courts }) => courts.map(({ hub }) => hub));
}

export function registryOfCourt(address: Address): Address {
  return registryOf(address, ({ courts }) => courts.map(({ court }) => court));
}

/** Hubs and courts serve one registry for ever. */
function registryOf(
  address: Address,
  contracts: (deployment: IndexedDeployment) => readonly Address[],
): Address {
  const deployment = deployments.find((one) =>
    contracts(one).some((other) => isAddressEqual(other, address)),
  );
  if (deployment === undefined) throw new RangeError(`${address} is not indexed`);
  return deployment.registry;
}
