import { type Abi, type ContractFunctionName, getAbiItem, type Hex, toFunctionSelector } from 'viem';
import { paymentEscrowAbi } from '../../router/chain/abi/paymentEscrow.ts';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';

/** AccessManager's own role 0. */
export const ADMIN_ROLE = 0n;
/** Changes parameters and parts and decides appeals, after its execution delay. */
export const GOVERNOR_ROLE = 1n;
/** Pauses outflows for a bounded time and vetoes cases; nothing else. */
export const GUARDIAN_ROLE = 2n;

export const ROLE_NAMES = new Map([
  [ADMIN_ROLE, 'ADMIN'],
  [GOVERNOR_ROLE, 'GOVERNOR'],
  [GUARDIAN_ROLE, 'GUARDIAN'],
]);

export type Part = 'vault' | 'registry' | 'hub' | 'court' | 'escrow';

export const CONTRACTS: Readonly<Record<Part, string>> = {
  vault: 'StakeVault',
  registry: 'ProviderRegistry',
  hub: 'WatcherHub',
  court: 'SlashingCourt',
  escrow: 'PaymentEscrow',
};

export interface FunctionRole {
  readonly part: Part;
  readonly functionName: string;
  readonly selector: Hex;
  readonly role: bigint;
}

/** Who may call what: every restricted function of the five contracts. */
export const FUNCTION_ROLES: readonly FunctionRole[] = [
  ...functionRoles('vault', stakeVaultAbi, GOVERNOR_ROLE, ['proposeCourt', 'unpause']),
  ...functionRoles('vault', stakeVaultAbi, GUARDIAN_ROLE, ['pause']),
  ...functionRoles('registry', providerRegistryAbi, GOVERNOR_ROLE, [
    'addNetwork',
    'updateNetwork',
    'retireNetwork',
    'proposeCourt',
    'proposeEscrow',
    'proposeSuccessor',
  ]),
  ...functionRoles('hub', watcherHubAbi, GOVERNOR_ROLE, ['admit', 'expel', 'openAdmission', 'setReward']),
  ...functionRoles('court', slashingCourtAbi, GOVERNOR_ROLE, ['setPenalty', 'resolveAppeal']),
  ...functionRoles('court', slashingCourtAbi, GUARDIAN_ROLE, ['veto']),
  ...functionRoles('escrow', paymentEscrowAbi, GOVERNOR_ROLE, ['setFee', 'unpause']),
  ...functionRoles('escrow', paymentEscrowAbi, GUARDIAN_ROLE, ['pause']),
];

function functionRoles<const abi extends Abi>(
  part: Part,
  abi: abi,
  role: bigint,
  names: readonly ContractFunctionName<abi, 'nonpayable'>[],
): FunctionRole[] {
  return names.map((functionName) => {
    const item = getAbiItem<Abi, string>({ abi, name: functionName });
    if (item?.type !== 'function') throw new TypeError(`${part} has no function ${functionName}`);
    return { part, functionName, selector: toFunctionSelector(item), role };
  });
}
