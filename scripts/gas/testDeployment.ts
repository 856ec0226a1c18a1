import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Abi,
  type Address,
  type ContractConstructorArgs,
  type ContractFunctionArgs,
  type ContractFunctionName,
  encodeDeployData,
  encodeFunctionData,
  getAddress,
  type Hex,
  toFunctionSelector,
} from 'viem';
import { accessManagerAbi } from '../../router/chain/abi/accessManager.ts';
import { mockTokenAbi } from '../../router/chain/abi/mockToken.ts';
import { paymentEscrowAbi } from '../../router/chain/abi/paymentEscrow.ts';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import { DinError } from '../../router/core/dinError.ts';
import type { Receipt, TestNode } from './testNode.ts';

const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
const GOVERNOR_ROLE = 1n;
const GUARDIAN_ROLE = 2n;

const GOVERNOR_FUNCTIONS = ['proposeCourt', 'unpause', 'addNetwork', 'updateNetwork', 'retireNetwork'].concat(
  ['proposeEscrow', 'proposeSuccessor', 'admit', 'expel', 'openAdmission', 'setReward'],
  ['setPenalty', 'resolveAppeal', 'setFee'],
);
const GUARDIAN_FUNCTIONS = ['pause', 'veto'];

export interface TestParameters {
  readonly thawSeconds: number;
  readonly changeSeconds: number;
  readonly pauseSeconds: number;
  readonly publicEndpointsOnly: boolean;
  readonly epochs: {
    readonly genesis: number;
    readonly epochSeconds: number;
    readonly commitSeconds: number;
    readonly revealSeconds: number;
  };
  readonly minBond: bigint;
  readonly maxWeight: bigint;
  readonly reward: bigint;
  readonly maxReward: bigint;
  readonly admissionOpen: boolean;
  readonly windows: {
    readonly evidenceSeconds: number;
    readonly vetoSeconds: number;
    readonly appealSeconds: number;
    readonly repeatSeconds: number;
  };
  readonly appealBond: bigint;
  readonly escrowThawSeconds: number;
  readonly feeBps: number;
}

export interface TestDeployment {
  readonly node: TestNode;
  readonly parameters: TestParameters;
  readonly token: Address;
  readonly vault: Address;
  readonly registry: Address;
  readonly hub: Address;
  /** The first is in office. */
  readonly courts: readonly Address[];
  readonly escrow: Address;
  /** Deployer, administrator, and governor without a delay. */
  readonly governor: Address;
  readonly guardian: Address;
  readonly treasury: Address;
}

export interface TestDeploymentArgs {
  readonly node: TestNode;
  readonly parameters: TestParameters;
  readonly governor: Address;
  readonly guardian: Address;
  readonly treasury: Address;
  /** Courts of the same hub; those after the first are there to succeed it. */
  readonly courts: number;
}

/** The design's penalties, with jails in minutes where the design says hours. */
const PENALTIES = [
  { firstBps: 10, repeatBps: 50, jailSeconds: 1440 },
  { firstBps: 5, repeatBps: 25, jailSeconds: 720 },
  { firstBps: 10, repeatBps: 50, jailSeconds: 1440 },
  { firstBps: 100, repeatBps: 500, jailSeconds: 2880 },
  { firstBps: 200, repeatBps: 1000, jailSeconds: 4320 },
  { firstBps: 5000, repeatBps: 5000, jailSeconds: 0xffff_ffff },
] as const;

/** Deploys the compiled contracts in the fewest transactions, and nothing that a production deployment checks. */
export async function deployForTest(args: TestDeploymentArgs): Promise<TestDeployment> {
  const { node, parameters, governor, guardian, treasury } = args;
  const { thawSeconds, changeSeconds, pauseSeconds } = parameters;

  async function deploy<const abi extends Abi>(
    source: string,
    abi: abi,
    args: ContractConstructorArgs<abi>,
  ): Promise<Address> {
    const bytecode = await bytecodeOf(source);
    const data = encodeDeployData({ abi: abi as Abi, bytecode, args: args as readonly unknown[] });
    const { ok, contractAddress } = await node.send(governor, { data });
    if (!ok || contractAddress === null) throw new DeploymentRefusedError(source);
    return getAddress(contractAddress);
  }

  const manager = await deploy(
    '@openzeppelin/contracts/access/manager/AccessManager.sol/AccessManager',
    accessManagerAbi,
    [governor],
  );
  const token = await deploy('contracts/mocks/MockToken.sol/MockToken', mockTokenAbi, []);
  const vault = await deploy('contracts/StakeVault.sol/StakeVault', stakeVaultAbi, [
    token,
    treasury,
    manager,
    thawSeconds,
    changeSeconds,
    pauseSeconds,
  ]);
  const registry = await deploy('contracts/ProviderRegistry.sol/ProviderRegistry', providerRegistryAbi, [
    vault,
    manager,
    changeSeconds,
    parameters.publicEndpointsOnly,
  ]);
  const hub = await deploy('contracts/WatcherHub.sol/WatcherHub', watcherHubAbi, [
    ...([registry, vault, manager, parameters.epochs] as const),
    ...([parameters.minBond, parameters.maxWeight, parameters.reward, parameters.maxReward] as const),
    parameters.admissionOpen,
  ]);
  const courts: Address[] = [];
  for (let index = 0; index < args.courts; index += 1) {
    const court = await deploy('contracts/SlashingCourt.sol/SlashingCourt', slashingCourtAbi, [
      hub,
      registry,
      vault,
      manager,
      parameters.windows,
      parameters.appealBond,
      PENALTIES,
    ]);
    courts.push(court);
  }
  const escrow = await deploy('contracts/PaymentEscrow.sol/PaymentEscrow', paymentEscrowAbi, [
    token,
    treasury,
    manager,
    parameters.escrowThawSeconds,
    pauseSeconds,
    parameters.feeBps,
  ]);

  const contracts = [
    { abi: stakeVaultAbi, addresses: [vault] },
    { abi: providerRegistryAbi, addresses: [registry] },
    { abi: watcherHubAbi, addresses: [hub] },
    { abi: slashingCourtAbi, addresses: courts },
    { abi: paymentEscrowAbi, addresses: [escrow] },
  ];
  const setup = contracts.flatMap(({ abi, addresses }) =>
    addresses.flatMap((address) => [
      setRole(address, selectorsOf(abi, GOVERNOR_FUNCTIONS), GOVERNOR_ROLE),
      setRole(address, selectorsOf(abi, GUARDIAN_FUNCTIONS), GUARDIAN_ROLE),
    ]),
  );
  setup.push(grantRole(GOVERNOR_ROLE, governor), grantRole(GUARDIAN_ROLE, guardian));
  const data = encodeFunctionData({ abi: accessManagerAbi, functionName: 'multicall', args: [setup] });
  await mustSend(node, governor, { to: manager, data }, 'roles');
  for (const [to, abi] of [
    [vault, stakeVaultAbi],
    [registry, providerRegistryAbi],
  ] as const) {
    const call = callOf({ abi, to, functionName: 'proposeCourt', args: [courts[0] ?? vault] });
    await mustSend(node, governor, call, 'first court');
  }
  return { node, parameters, token, vault, registry, hub, courts, escrow, governor, guardian, treasury };
}

/** @throws {@link DeploymentRefusedError} when it is refused. */
export async function mustSend(
  node: TestNode,
  from: Address,
  call: { to: Address; data: Hex },
  what: string,
): Promise<Receipt> {
  const receipt = await node.send(from, call);
  if (!receipt.ok) throw new DeploymentRefusedError(what);
  return receipt;
}

export interface CallParts<abi extends Abi, name extends ContractFunctionName<abi, Writes>> {
  readonly abi: abi;
  readonly to: Address;
  readonly functionName: name;
  readonly args: ContractFunctionArgs<abi, Writes, name>;
}
type Writes = 'nonpayable' | 'payable';

/** A typed call as a transaction's recipient and data. */
export function callOf<const abi extends Abi, name extends ContractFunctionName<abi, Writes>>(
  parts: CallParts<abi, name>,
): { to: Address; data: Hex } {
  const { abi, to, functionName, args } = parts as unknown as {
    abi: Abi;
    to: Address;
    functionName: string;
    args: readonly unknown[];
  };
  return { to, data: encodeFunctionData({ abi, functionName, args }) };
}

export async function bytecodeOf(source: string): Promise<Hex> {
  const text = await readFile(join(ARTIFACTS, `${source}.json`), 'utf8');
  return (JSON.parse(text) as { bytecode: Hex }).bytecode;
}

function setRole(target: Address, selectors: Hex[], role: bigint): Hex {
  return encodeFunctionData({
    abi: accessManagerAbi,
    functionName: 'setTargetFunctionRole',
    args: [target, selectors, role],
  });
}

function grantRole(role: bigint, account: Address): Hex {
  return encodeFunctionData({ abi: accessManagerAbi, functionName: 'grantRole', args: [role, account, 0] });
}

function selectorsOf(abi: Abi, names: readonly string[]): Hex[] {
  return abi.flatMap((item) =>
    item.type === 'function' && names.includes(item.name) ? [toFunctionSelector(item)] : [],
  );
}

export class DeploymentRefusedError extends DinError {
  readonly code = 'DEPLOYMENT_REFUSED';
  constructor(what: string) {
    super(`the node refused ${what}`);
  }
}
