import { buildModule, type IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';
import { getAbiItem, toFunctionSelector } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';

/** AccessManager's own role 0. */
export const ADMIN_ROLE = 0n;
/** Changes parameters and courts, after its execution delay. */
export const GOVERNOR_ROLE = 1n;
/** Vetoes cases; nothing else. */
export const GUARDIAN_ROLE = 2n;

const selectorOf = {
  vault: (name: 'proposeCourt') => toFunctionSelector(getAbiItem({ abi: stakeVaultAbi, name })),
  registry: (name: 'addNetwork' | 'updateNetwork' | 'retireNetwork' | 'proposeCourt') =>
    toFunctionSelector(getAbiItem({ abi: providerRegistryAbi, name })),
  hub: (name: 'admit' | 'expel' | 'openAdmission') =>
    toFunctionSelector(getAbiItem({ abi: watcherHubAbi, name })),
  court: (name: 'setPenalty' | 'veto') => toFunctionSelector(getAbiItem({ abi: slashingCourtAbi, name })),
};

/** Who may call what: every restricted function of the four contracts. */
export const FUNCTION_ROLES = [
  { contract: 'vault', role: GOVERNOR_ROLE, selectors: [selectorOf.vault('proposeCourt')] },
  {
    contract: 'registry',
    role: GOVERNOR_ROLE,
    selectors: (['addNetwork', 'updateNetwork', 'retireNetwork', 'proposeCourt'] as const).map(
      selectorOf.registry,
    ),
  },
  {
    contract: 'hub',
    role: GOVERNOR_ROLE,
    selectors: (['admit', 'expel', 'openAdmission'] as const).map(selectorOf.hub),
  },
  { contract: 'court', role: GOVERNOR_ROLE, selectors: [selectorOf.court('setPenalty')] },
  { contract: 'court', role: GUARDIAN_ROLE, selectors: [selectorOf.court('veto')] },
] as const;

export interface DinModuleOptions {
  /** `mock` deploys the development token; otherwise parameter `token` names one. */
  readonly mockToken: boolean;
  /** The deployer stays administrator (it is the admin); otherwise it hands the role over and renounces it. */
  readonly deployerIsAdmin: boolean;
}

/**
 * The whole deployment: access manager, the four contracts, roles, first courts.
 * All governance is set up by one last transaction: until then nothing but the deployer can touch the contracts, and
 * after it the deployer has no power left.
 */
export function dinModule(options: DinModuleOptions) {
  return buildModule('Din', (m) => {
    const accessManager = m.contract('AccessManager', [m.getAccount(0)]);
    const token = options.mockToken
      ? m.contract('MockToken')
      : m.contractAt('MockToken', m.getParameter<string>('token'), { id: 'Token' });
    const courtChangeSeconds = m.getParameter<number>('courtChangeSeconds');
    const vault = m.contract('StakeVault', [
      token,
      m.getParameter<string>('treasury'),
      accessManager,
      m.getParameter<number>('thawSeconds'),
      courtChangeSeconds,
    ]);
    const registry = m.contract('ProviderRegistry', [
      vault,
      accessManager,
      courtChangeSeconds,
      m.getParameter<boolean>('publicEndpointsOnly'),
    ]);
    const hub = m.contract('WatcherHub', [
      registry,
      vault,
      accessManager,
      structOf(m, ['genesis', 'epochSeconds', 'commitSeconds', 'revealSeconds']),
      m.getParameter<bigint>('minBond'),
      m.getParameter<bigint>('maxWeight'),
      m.getParameter<boolean>('admissionOpen'),
    ]);
    const court = m.contract('SlashingCourt', [
      hub,
      registry,
      vault,
      accessManager,
      structOf(m, ['evidenceSeconds', 'vetoSeconds', 'repeatSeconds']),
      m.getParameter('penalties'),
    ]);

    const contracts = { vault, registry, hub, court };
    const encode = (functionName: string, args: Parameters<typeof m.encodeFunctionCall>[2], id: string) =>
      m.encodeFunctionCall(accessManager, functionName, args, { id });
    const governorDelay = m.getParameter<number>('governorDelaySeconds');
    const setup = [
      // While no function has a role yet, the administrator may call all of them.
      ...(['vault', 'registry'] as const).map((name) =>
        encode(
          'execute',
          [
            contracts[name],
            m.encodeFunctionCall(contracts[name], 'proposeCourt', [court], { id: `${name}_court` }),
          ],
          `${name}_firstCourt`,
        ),
      ),
      ...FUNCTION_ROLES.map(({ contract, role, selectors }) =>
        encode(
          'setTargetFunctionRole',
          [contracts[contract], [...selectors], role],
          `${contract}_role${role}`,
        ),
      ),
      encode('labelRole', [GOVERNOR_ROLE, 'GOVERNOR'], 'label_governor'),
      encode('labelRole', [GUARDIAN_ROLE, 'GUARDIAN'], 'label_guardian'),
      encode(
        'grantRole',
        [GOVERNOR_ROLE, m.getParameter<string>('governor'), governorDelay],
        'grant_governor',
      ),
      encode('grantRole', [GUARDIAN_ROLE, m.getParameter<string>('guardian'), 0], 'grant_guardian'),
      ...(options.deployerIsAdmin
        ? []
        : [
            // With the governor's delay, too: who can grant roles could else grant itself one without a delay.
            encode('grantRole', [ADMIN_ROLE, m.getParameter<string>('admin'), governorDelay], 'grant_admin'),
            encode('renounceRole', [ADMIN_ROLE, m.getAccount(0)], 'renounce_admin'),
          ]),
    ];
    m.call(accessManager, 'multicall', [setup], { id: 'Governance' });
    return { accessManager, token, vault, registry, hub, court };
  });
}

function structOf(m: IgnitionModuleBuilder, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, m.getParameter<number>(name)]));
}

export default dinModule({ mockToken: false, deployerIsAdmin: false });
