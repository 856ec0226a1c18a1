import type { Address, Hex } from 'viem';
import { encodeFunctionData } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
import { requireSoundParameters } from '../../ignition/lib/parameterProblems.ts';
import { CONTRACTS, FUNCTION_ROLES, type Part, ROLE_NAMES } from '../../ignition/lib/roles.ts';
import { accessManagerAbi } from '../../router/chain/abi/accessManager.ts';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import type { Deployment } from './deployment.ts';
import { type IgnitionRun, runIgnition } from './runIgnition.ts';

export type Replaceable = 'court' | 'escrow';

export interface SuccessorOptions extends Omit<IgnitionRun, 'chainId'> {
  readonly deployment: Deployment;
  readonly parameters: DeployParameters;
}

/** One call that governance makes, through the access manager's `schedule` and `execute`. */
export interface GovernanceCall {
  readonly by: 'admin' | 'governor';
  readonly what: string;
  readonly target: Address;
  readonly data: Hex;
}

export interface Successor {
  /** The deployment as it will be once the successor is in force. */
  readonly deployment: Deployment;
  /** In this order; what the admin and the governor schedule may wait at the same time. */
  readonly calls: readonly GovernanceCall[];
}

/**
 * Deploys what shall replace a court (with a hub of its own) or an escrow. Puts nothing in force.
 * @throws As `deploy`.
 */
export async function deploySuccessor(part: Replaceable, options: SuccessorOptions): Promise<Successor> {
  const { deployment, parameters } = options;
  const { chainId } = deployment;
  const deployer = privateKeyToAddress(options.deployerKey);
  requireSoundParameters({ parameters, chainId, deployer });
  const { registry, vault, accessManager, token } = deployment;
  const { profile: _, chainId: __, token: ___, ...others } = parameters;
  const at = await runIgnition(
    { ...options, chainId },
    async () => (await import('../../ignition/modules/Successor.ts')).successorModule(part),
    { DinSuccessor: { ...others, registry, vault, accessManager, token } },
  );
  if (part === 'escrow') {
    const escrow = at('DinSuccessor#PaymentEscrow');
    const next = { ...deployment, escrow };
    return { deployment: next, calls: [...roleCalls(next, ['escrow']), ...proposals(next, part)] };
  }
  const hub = at('DinSuccessor#WatcherHub');
  const court = at('DinSuccessor#SlashingCourt');
  const next = { ...deployment, hub, court };
  return { deployment: next, calls: [...roleCalls(next, ['hub', 'court']), ...proposals(next, part)] };
}

/** Until they are made, the restricted functions of a new contract are the admin's alone. */
function roleCalls(next: Deployment, parts: readonly Part[]): GovernanceCall[] {
  const ofParts = FUNCTION_ROLES.filter(({ part }) => parts.includes(part));
  const groups = Map.groupBy(ofParts, ({ part, role }) => `${CONTRACTS[part]} ${ROLE_NAMES.get(role)}`);
  return [...groups].flatMap(([name, functions]) => {
    const [first] = functions;
    if (first === undefined) return [];
    const args = [next[first.part], functions.map(({ selector }) => selector), first.role] as const;
    const data = encodeFunctionData({ abi: accessManagerAbi, functionName: 'setTargetFunctionRole', args });
    const what = `AccessManager.setTargetFunctionRole: new ${name}`;
    return [{ by: 'admin' as const, what, target: next.accessManager, data }];
  });
}

function proposals({ vault, registry, court, escrow }: Deployment, part: Replaceable): GovernanceCall[] {
  if (part === 'escrow') {
    const data = encodeFunctionData({
      abi: providerRegistryAbi,
      functionName: 'proposeEscrow',
      args: [escrow],
    });
    return [{ by: 'governor', what: 'ProviderRegistry.proposeEscrow', target: registry, data }];
  }
  const args = [court] as const;
  return [
    {
      by: 'governor',
      what: 'StakeVault.proposeCourt',
      target: vault,
      data: encodeFunctionData({ abi: stakeVaultAbi, functionName: 'proposeCourt', args }),
    },
    {
      by: 'governor',
      what: 'ProviderRegistry.proposeCourt',
      target: registry,
      data: encodeFunctionData({ abi: providerRegistryAbi, functionName: 'proposeCourt', args }),
    },
  ];
}
