import { buildModule } from '@nomicfoundation/ignition-core';
import { ADMIN_ROLE, FUNCTION_ROLES, GOVERNOR_ROLE, GUARDIAN_ROLE, type Part } from '../lib/roles.ts';
import { deployCourt } from './deployCourt.ts';
import { deployEscrow } from './deployEscrow.ts';

export interface DinModuleOptions {
  /** `mock` deploys the development token; otherwise parameter `token` names one. */
  readonly mockToken: boolean;
  /** The deployer stays administrator (it is the admin); otherwise it hands the role over and renounces it. */
  readonly deployerIsAdmin: boolean;
}

/**
 * The whole deployment: access manager, the five contracts, roles, first court and escrow.
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
      m.getParameter<number>('pauseSeconds'),
    ]);
    const registry = m.contract('ProviderRegistry', [
      vault,
      accessManager,
      courtChangeSeconds,
      m.getParameter<boolean>('publicEndpointsOnly'),
    ]);
    const { hub, court } = deployCourt(m, { registry, vault, accessManager });
    const escrow = deployEscrow(m, { token, accessManager });

    const parts = { vault, registry, hub, court, escrow };
    const encode = (functionName: string, args: Parameters<typeof m.encodeFunctionCall>[2], id: string) =>
      m.encodeFunctionCall(accessManager, functionName, args, { id });
    // While no function has a role yet, the administrator may call all of them.
    const name = (on: 'vault' | 'registry', functionName: string, part: 'court' | 'escrow') =>
      encode(
        'execute',
        [parts[on], m.encodeFunctionCall(parts[on], functionName, [parts[part]], { id: `${on}_${part}` })],
        `${on}_first_${part}`,
      );
    const governorDelay = m.getParameter<number>('governorDelaySeconds');
    const grant = (role: bigint, account: string, delay: typeof governorDelay | number) =>
      encode('grantRole', [role, m.getParameter<string>(account), delay], `grant_${account}`);
    const setup = [
      name('vault', 'proposeCourt', 'court'),
      name('registry', 'proposeCourt', 'court'),
      name('registry', 'proposeEscrow', 'escrow'),
      ...roleGroups().map(({ part, role, selectors }) =>
        encode('setTargetFunctionRole', [parts[part], selectors, role], `${part}_role${role}`),
      ),
      encode('labelRole', [GOVERNOR_ROLE, 'GOVERNOR'], 'label_governor'),
      encode('labelRole', [GUARDIAN_ROLE, 'GUARDIAN'], 'label_guardian'),
      grant(GOVERNOR_ROLE, 'governor', governorDelay),
      grant(GUARDIAN_ROLE, 'guardian', 0),
      ...(options.deployerIsAdmin
        ? []
        : [
            // With the governor's delay, too: who can grant roles could else grant itself one without a delay.
            grant(ADMIN_ROLE, 'admin', governorDelay),
            encode('renounceRole', [ADMIN_ROLE, m.getAccount(0)], 'renounce_admin'),
          ]),
    ];
    m.call(accessManager, 'multicall', [setup], { id: 'Governance' });
    return { accessManager, token, ...parts };
  });
}

/** One call for each pair of contract and role. */
function roleGroups(): { part: Part; role: bigint; selectors: string[] }[] {
  const groups = Map.groupBy(FUNCTION_ROLES, ({ part, role }) => `${part} ${role}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ part: first.part, role: first.role, selectors: group.map((of) => of.selector) }] : [];
  });
}

export default dinModule({ mockToken: false, deployerIsAdmin: false });
