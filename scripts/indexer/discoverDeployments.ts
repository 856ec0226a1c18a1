import { type Address, isAddressEqual, type PublicClient, zeroAddress } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { isContractAnswer } from '../../router/chain/chainError.ts';
import { discoverRegistry, NotARegistryError, type RegistryContracts } from '../../router/chain/contracts.ts';
import type { IndexedDeployment } from '../../router/indexer/ponder/indexerConfig.ts';

/** A court, escrow or successor that a registry has had. */
export interface NamedContract {
  readonly registry: Address;
  readonly kind: 'court' | 'escrow' | 'successor';
  readonly address: Address;
}

export interface Discovered {
  readonly chainId: number;
  /** The registry that was asked for, then each one's successor. */
  readonly deployments: readonly [IndexedDeployment, ...IndexedDeployment[]];
}

/**
 * A registry and its successors with the contracts that they name now and those that they are known to have named.
 * What turns out to be no such contract is left out: governors err, and the rest is indexed all the same.
 * @throws `NotARegistryError` when the first is none; endpoint errors as they are.
 */
export async function discoverDeployments(
  client: PublicClient,
  registry: Address,
  named: readonly NamedContract[],
): Promise<Discovered> {
  const first = await discoverRegistry(client, registry);
  const deployments: [IndexedDeployment, ...IndexedDeployment[]] = [await describe(client, first, named)];
  let { successor } = first;
  while (successor !== undefined && !deployments.some(isOf(successor))) {
    const next: RegistryContracts | undefined = await discoverRegistry(client, successor).catch(unlessNone);
    if (next === undefined) break;
    deployments.push(await describe(client, next, named));
    successor = next.successor;
  }
  return { chainId: first.chainId, deployments };
}

function isOf(address: Address) {
  return ({ registry }: IndexedDeployment) => isAddressEqual(registry, address);
}

function unlessNone(error: unknown): undefined {
  if (!(error instanceof NotARegistryError)) throw error;
}

async function describe(
  client: PublicClient,
  { registry, vault, deploymentBlock, escrow }: RegistryContracts,
  named: readonly NamedContract[],
): Promise<IndexedDeployment> {
  const at = { address: registry, abi: providerRegistryAbi } as const;
  const baseNumber = deploymentBlock > 0n ? deploymentBlock - 1n : 0n;
  const [base, court] = await Promise.all([
    client.getBlock({ blockNumber: baseNumber, includeTransactions: false }),
    client.readContract({ ...at, functionName: 'court' }),
  ]);
  const known = (kind: NamedContract['kind']) =>
    named
      .filter((one) => one.kind === kind && isAddressEqual(one.registry, registry))
      .map((one) => one.address);
  const courts: IndexedDeployment['courts'] = [];
  for (const address of sorted([...known('court'), court])) {
    const hub = await hubOf(client, address);
    if (hub !== undefined) courts.push({ court: address, hub });
  }
  return {
    registry,
    vault,
    deploymentBlock: Number(deploymentBlock),
    base: {
      number: Number(base.number),
      hash: base.hash,
      parentHash: base.parentHash,
      timestamp: Number(base.timestamp),
    },
    courts,
    escrows: sorted([...known('escrow'), escrow ?? zeroAddress]),
  };
}

async function hubOf(client: PublicClient, court: Address): Promise<Address | undefined> {
  try {
    return await client.readContract({ address: court, abi: slashingCourtAbi, functionName: 'hub' });
  } catch (error) {
    if (isContractAnswer(error)) return undefined;
    throw error;
  }
}

/** Each once and in one order: the same contracts make the same index, see schemaName.ts. */
function sorted(addresses: readonly Address[]): Address[] {
  return [...new Set(addresses)].filter((address) => address !== zeroAddress).sort();
}
