import {
  type Abi,
  type Address,
  ContractFunctionExecutionError,
  getAddress,
  isAddress,
  type PublicClient,
} from 'viem';
import { paymentEscrowAbi } from '../../router/chain/abi/paymentEscrow.ts';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import { isEndpointError } from '../../router/chain/chainError.ts';
import { DinError } from '../../router/core/dinError.ts';
import { isCompiledCode } from './deployedCode.ts';
import type { DeployParameters } from './deployParameters.ts';
import { type Addresses, type Expectation, expectedState } from './expectedState.ts';
import { functionKey, memberKey, type RoleState, replayRoles } from './roleHistory.ts';
import {
  ADMIN_ROLE,
  CONTRACTS,
  FUNCTION_ROLES,
  GOVERNOR_ROLE,
  GUARDIAN_ROLE,
  type Part,
  ROLE_NAMES,
} from './roles.ts';

/** One thing that was looked at on the chain. */
export interface Check {
  readonly check: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
}

export interface VerifyOptions {
  readonly client: PublicClient;
  readonly addresses: Addresses;
  readonly parameters: DeployParameters;
  /** Whoever deployed it: has no power left, unless it is the admin. */
  readonly deployer?: Address;
  /** All logs of the access manager since it was created. */
  readonly roleLogs: Parameters<typeof replayRoles>[0];
}

const ABIS: Readonly<Record<Part, Abi>> = {
  vault: stakeVaultAbi,
  registry: providerRegistryAbi,
  hub: watcherHubAbi,
  court: slashingCourtAbi,
  escrow: paymentEscrowAbi,
};
const COMPILED = { accessManager: 'AccessManager', ...CONTRACTS } as const;
const NOBODY = 'nobody';

/** Reads every piece of code, role, delay, function role, parameter and pointer back from the chain. */
export async function verifyDeployment(options: VerifyOptions): Promise<Check[]> {
  const { client, addresses, parameters, roleLogs } = options;
  const [code, views] = await Promise.all([
    checkCode(client, addresses),
    Promise.all(
      expectedState(addresses, parameters).map((expected) => checkView(client, addresses, expected)),
    ),
  ]);
  const roles = replayRoles(roleLogs);
  return [...code, ...checkMembers(roles, options), ...checkFunctions(roles, addresses), ...views.flat()];
}

/** @throws {@link DeploymentMismatchError} with all that is not as it should be. */
export function requireMatch(checks: readonly Check[]): void {
  const wrong = checks.filter(({ ok }) => !ok);
  if (wrong.length > 0) throw new DeploymentMismatchError(wrong);
}

async function checkCode(client: PublicClient, addresses: Addresses): Promise<Check[]> {
  const parts = Object.keys(COMPILED) as (keyof typeof COMPILED)[];
  return await Promise.all(
    parts.map(async (part) => {
      const code = await client.getCode({ address: addresses[part] });
      const same = await isCompiledCode(COMPILED[part], code);
      return compare(`${part} code at ${addresses[part]}`, COMPILED[part], same ? COMPILED[part] : 'another');
    }),
  );
}

/** The members of each role, all of them: also one whom nobody asked for is a difference. */
function checkMembers(roles: RoleState, { parameters: p, deployer }: VerifyOptions): Check[] {
  const expected = new Map([
    [memberKey(ADMIN_ROLE, p.admin), p.governorDelaySeconds],
    [memberKey(GOVERNOR_ROLE, p.governor), p.governorDelaySeconds],
    [memberKey(GUARDIAN_ROLE, p.guardian), 0],
  ]);
  const name = (delay: number | undefined) => (delay === undefined ? NOBODY : `delay ${delay} s`);
  const keys = new Set([...expected.keys(), ...roles.members.keys()]);
  const members = [...keys].map((key) => {
    const [role = '', account = ''] = key.split(' ');
    const title = `role ${ROLE_NAMES.get(BigInt(role)) ?? role}: ${account}`;
    return compare(title, name(expected.get(key)), name(roles.members.get(key)));
  });
  const odd = compare('rules of roles changed', 'none', roles.oddities.join(', ') || 'none');
  if (
    deployer === undefined ||
    [p.admin, p.governor, p.guardian].some((by) => getAddress(by) === getAddress(deployer))
  ) {
    return [...members, odd];
  }
  const held = [...roles.members.keys()].filter((key) => key.endsWith(getAddress(deployer)));
  return [...members, compare(`power of the deployer ${deployer}`, 'none', held.join(', ') || 'none'), odd];
}

function checkFunctions(roles: RoleState, addresses: Addresses): Check[] {
  const role = (of: bigint | undefined) => (of === undefined ? NOBODY : (ROLE_NAMES.get(of) ?? String(of)));
  const known = new Map(
    FUNCTION_ROLES.map((of) => [functionKey(addresses[of.part], of.selector), of] as const),
  );
  const keys = new Set([...known.keys(), ...roles.functions.keys()]);
  return [...keys].map((key) => {
    const expected = known.get(key);
    const title = expected ? `${expected.part}.${expected.functionName} is for` : `function ${key} is for`;
    return compare(title, role(expected?.role), role(roles.functions.get(key)));
  });
}

async function checkView(client: PublicClient, addresses: Addresses, of: Expectation): Promise<Check[]> {
  const title = `${of.part}.${of.view}${of.args ? `(${of.args.join(', ')})` : ''}`;
  const actual = await read(client, addresses, of);
  if (typeof of.value !== 'object') return [compare(title, text(of.value), text(actual))];
  return Object.entries(of.value).map(([field, value], index) => {
    // viem answers several values as a tuple, a struct as an object.
    const key = Array.isArray(actual) ? index : field;
    const found = typeof actual === 'object' && actual !== null ? Reflect.get(actual, key) : actual;
    return compare(`${title}.${field}`, text(value), text(found));
  });
}

async function read(client: PublicClient, addresses: Addresses, of: Expectation): Promise<unknown> {
  try {
    return await client.readContract({
      address: addresses[of.part],
      abi: ABIS[of.part],
      functionName: of.view,
      args: of.args ?? [],
    });
  } catch (cause) {
    if (isEndpointError(cause) || !(cause instanceof ContractFunctionExecutionError)) throw cause;
    return 'no answer';
  }
}

function compare(check: string, expected: string, actual: string): Check {
  return { check, expected, actual, ok: expected === actual };
}

function text(value: unknown): string {
  return typeof value === 'string' && isAddress(value) ? getAddress(value) : String(value);
}

export class DeploymentMismatchError extends DinError {
  readonly code = 'DEPLOYMENT_MISMATCH';
  readonly differences: readonly Check[];
  constructor(differences: readonly Check[]) {
    const lines = differences.map(({ check, expected, actual }) => `${check}: ${actual}, not ${expected}`);
    super(`the deployment is not as its parameters say: ${lines.join('; ')}`);
    this.differences = differences;
  }
}
