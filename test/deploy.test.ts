import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  getAddress,
  type Hex,
  http,
  maxUint48,
  parseEther,
  toFunctionSelector,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployParameters, readDeployParameters } from '../ignition/lib/deployParameters.ts';
import {
  ADMIN_ROLE,
  CONTRACTS,
  FUNCTION_ROLES,
  type FunctionRole,
  GOVERNOR_ROLE,
  GUARDIAN_ROLE,
  type Part,
} from '../ignition/lib/roles.ts';
import type { Check } from '../ignition/lib/verifyDeployment.ts';
import { accessManagerAbi } from '../router/chain/abi/accessManager.ts';
import { mockTokenAbi } from '../router/chain/abi/mockToken.ts';
import { paymentEscrowAbi } from '../router/chain/abi/paymentEscrow.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { checkDeployment } from '../scripts/lib/checkDeployment.ts';
import { type Deployment, deploy, deployAndVerify } from '../scripts/lib/deploy.ts';
import { readDeployment, writeDeployment } from '../scripts/lib/deployment.ts';
import { emptyCalls } from './fixtures/emptyCalls.ts';
import { restrictedFunctions } from './fixtures/restrictedFunctions.ts';

const PARAMETERS = join(import.meta.dirname, '../ignition/parameters');
// anvil's first account, public knowledge.
const DEPLOYER_KEY: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const DEPLOYER = privateKeyToAccount(DEPLOYER_KEY);
const ADMIN: Address = '0x00000000000000000000000000000000000000A1';
const GOVERNOR: Address = '0x00000000000000000000000000000000000000b2';
const GUARDIAN: Address = '0x00000000000000000000000000000000000000c3';
const TREASURY: Address = '0x00000000000000000000000000000000000000d4';
const STRANGER: Address = '0x00000000000000000000000000000000000000E5';
const ACCOUNTS = { admin: ADMIN, governor: GOVERNOR, guardian: GUARDIAN, treasury: TREASURY } as const;
const ABIS: Readonly<Record<Part, Abi>> = {
  vault: stakeVaultAbi,
  registry: providerRegistryAbi,
  hub: watcherHubAbi,
  court: slashingCourtAbi,
  escrow: paymentEscrowAbi,
};
const PARTS = Object.keys(ABIS) as Part[];
const UNAUTHORIZED = toFunctionSelector('AccessManagedUnauthorized(address)');
const UNAUTHORIZED_ACCOUNT = toFunctionSelector('AccessManagerUnauthorizedAccount(address,uint64)');
const NOT_SCHEDULED = toFunctionSelector('AccessManagerNotScheduled(bytes32)');

let anvil: Anvil;
let scratch: string;

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 31337 });
  scratch = await mkdtemp(join(tmpdir(), 'din-deploy-'));
});

afterAll(async () => {
  await anvil?.stop();
  await rm(scratch, { recursive: true, force: true });
});

describe('deploy() with the parameters of production', () => {
  let parameters: DeployParameters;
  let deployment: Deployment;
  let checks: readonly Check[];
  const lines: string[] = [];
  const deployTo = (deploymentDir: string) =>
    deployAndVerify({
      rpcUrl: anvil.url,
      deployerKey: DEPLOYER_KEY,
      parameters,
      deploymentDir,
      onProgress: (line) => lines.push(line),
    });
  const client = () => createPublicClient({ transport: http(anvil.url) });

  beforeAll(async () => {
    const token = await deployToken();
    parameters = await readDeployParameters(join(PARAMETERS, 'mainnet.json'), {
      ...ACCOUNTS,
      token,
      genesis: 1_735_689_600,
    });
    ({ deployment, checks } = await deployTo(join(scratch, 'production')));
  });

  it('gives every role to its account, with the delay of the governor, and leaves the deployer none', async () => {
    const access = (role: bigint, account: Address) =>
      client().readContract({
        address: deployment.accessManager,
        abi: accessManagerAbi,
        functionName: 'hasRole',
        args: [role, account],
      });
    const delay = parameters.governorDelaySeconds;
    expect(delay).toBe(259_200);
    expect(await access(ADMIN_ROLE, ADMIN)).toEqual([true, delay]);
    expect(await access(GOVERNOR_ROLE, GOVERNOR)).toEqual([true, delay]);
    expect(await access(GUARDIAN_ROLE, GUARDIAN)).toEqual([true, 0]);
    for (const role of [ADMIN_ROLE, GOVERNOR_ROLE, GUARDIAN_ROLE]) {
      expect(await access(role, DEPLOYER.address)).toEqual([false, 0]);
    }
  });

  it('has a role for every restricted function in the sources, and for no other', async () => {
    const restricted = await restrictedFunctions();
    for (const part of PARTS) {
      const governed = FUNCTION_ROLES.filter((of) => of.part === part).map(
        ({ functionName }) => functionName,
      );
      expect(governed.sort(), CONTRACTS[part]).toEqual(restricted.get(CONTRACTS[part]));
    }
    expect([...restricted.keys()].sort()).toEqual(Object.values(CONTRACTS).sort());
    for (const { part, functionName, role, selector } of FUNCTION_ROLES) {
      const actual = await client().readContract({
        address: deployment.accessManager,
        abi: accessManagerAbi,
        functionName: 'getTargetFunctionRole',
        args: [deployment[part], selector],
      });
      expect(actual, `${part}.${functionName}`).toBe(role);
    }
  });

  it('refuses strangers and the deployer exactly the restricted functions', async () => {
    for (const from of [STRANGER, DEPLOYER.address]) {
      for (const part of PARTS) {
        const refused = await functionsRefused(part, from, UNAUTHORIZED);
        const governed = FUNCTION_ROLES.filter((of) => of.part === part);
        expect(refused, `${part} ${from}`).toEqual(withAuthority(governed));
      }
    }
  });

  it('lets the guardian pause and veto at once, and nothing else', async () => {
    for (const part of PARTS) {
      const refused = await functionsRefused(part, GUARDIAN, UNAUTHORIZED);
      const governed = FUNCTION_ROLES.filter((of) => of.part === part && of.role === GOVERNOR_ROLE);
      expect(refused, part).toEqual(withAuthority(governed));
    }
    const guarded = FUNCTION_ROLES.filter(({ role }) => role === GUARDIAN_ROLE);
    expect(guarded.map(({ part, functionName }) => `${part}.${functionName}`).sort()).toEqual([
      'court.veto',
      'escrow.pause',
      'vault.pause',
    ]);
    const manager = await functionsRefused('accessManager', GUARDIAN, UNAUTHORIZED_ACCOUNT);
    expect(manager).toEqual(
      expect.arrayContaining(['grantRole', 'revokeRole', 'setTargetFunctionRole', 'updateAuthority']),
    );
  });

  it('lets the governor act only after its delay, in everything that is its', async () => {
    for (const part of PARTS) {
      const waiting = await functionsRefused(part, GOVERNOR, NOT_SCHEDULED);
      const governed = FUNCTION_ROLES.filter((of) => of.part === part && of.role === GOVERNOR_ROLE);
      expect(waiting, part).toEqual(governed.map(({ functionName }) => functionName).sort());
    }
  });

  it('sets first court and escrow and connects the parts', async () => {
    const read = client();
    const vault = { address: deployment.vault, abi: stakeVaultAbi } as const;
    const registry = { address: deployment.registry, abi: providerRegistryAbi } as const;
    const court = { address: deployment.court, abi: slashingCourtAbi } as const;
    expect(await read.readContract({ ...vault, functionName: 'court' })).toBe(deployment.court);
    expect(await read.readContract({ ...registry, functionName: 'court' })).toBe(deployment.court);
    expect(await read.readContract({ ...registry, functionName: 'escrow' })).toBe(deployment.escrow);
    expect(await read.readContract({ ...registry, functionName: 'vault' })).toBe(deployment.vault);
    expect(await read.readContract({ ...court, functionName: 'hub' })).toBe(deployment.hub);
    expect(await read.readContract({ ...vault, functionName: 'token' })).toBe(deployment.token);
  });

  it('carries every parameter into the contracts', async () => {
    const read = client();
    const vault = { address: deployment.vault, abi: stakeVaultAbi } as const;
    const hub = { address: deployment.hub, abi: watcherHubAbi } as const;
    const court = { address: deployment.court, abi: slashingCourtAbi } as const;
    const registry = { address: deployment.registry, abi: providerRegistryAbi } as const;
    const escrow = { address: deployment.escrow, abi: paymentEscrowAbi } as const;
    const DAY = 86_400;
    expect(await read.readContract({ ...vault, functionName: 'treasury' })).toBe(getAddress(TREASURY));
    expect(await read.readContract({ ...vault, functionName: 'thawSeconds' })).toBe(21 * DAY);
    expect(await read.readContract({ ...vault, functionName: 'courtChangeSeconds' })).toBe(40 * DAY);
    expect(await read.readContract({ ...vault, functionName: 'pauseSeconds' })).toBe(14 * DAY);
    expect(await read.readContract({ ...registry, functionName: 'changeSeconds' })).toBe(40 * DAY);
    expect(await read.readContract({ ...registry, functionName: 'publicEndpointsOnly' })).toBe(true);
    expect(await read.readContract({ ...hub, functionName: 'admissionOpen' })).toBe(false);
    expect(await read.readContract({ ...hub, functionName: 'minBond' })).toBe(parseEther('50000'));
    expect(await read.readContract({ ...hub, functionName: 'maxWeight' })).toBe(parseEther('500000'));
    expect(await read.readContract({ ...hub, functionName: 'reward' })).toBe(parameters.reward);
    expect(await read.readContract({ ...hub, functionName: 'maxReward' })).toBe(parameters.maxReward);
    expect(await read.readContract({ ...hub, functionName: 'epochParams' })).toEqual({
      genesis: 1_735_689_600,
      epochSeconds: 21_600,
      commitSeconds: 3_600,
      revealSeconds: 3_600,
    });
    expect(await read.readContract({ ...court, functionName: 'windows' })).toEqual({
      evidenceSeconds: 7 * DAY,
      vetoSeconds: 3 * DAY,
      appealSeconds: 5 * DAY,
      repeatSeconds: 28 * DAY,
    });
    expect(await read.readContract({ ...court, functionName: 'appealBond' })).toBe(parameters.appealBond);
    expect(await read.readContract({ ...escrow, functionName: 'treasury' })).toBe(getAddress(TREASURY));
    expect(await read.readContract({ ...escrow, functionName: 'thawSeconds' })).toBe(30 * DAY);
    expect(await read.readContract({ ...escrow, functionName: 'pauseSeconds' })).toBe(14 * DAY);
    expect(await read.readContract({ ...escrow, functionName: 'feeBps' })).toBe(parameters.feeBps);
    for (const [offence, penalty] of parameters.penalties.entries()) {
      const actual = await read.readContract({ ...court, functionName: 'penaltyOf', args: [offence] });
      expect(actual).toEqual(penalty);
    }
  });

  it('has read back every role, function, parameter and pointer before it ends', () => {
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const looked = checks.map(({ check }) => check);
    for (const { part, functionName } of FUNCTION_ROLES) {
      expect(looked).toContain(`${part}.${functionName} is for`);
    }
    expect(looked).toEqual(
      expect.arrayContaining([
        `role GOVERNOR: ${getAddress(GOVERNOR)}`,
        `role GUARDIAN: ${getAddress(GUARDIAN)}`,
        `role ADMIN: ${getAddress(ADMIN)}`,
        `power of the deployer ${DEPLOYER.address}`,
        `vault code at ${deployment.vault}`,
        'vault.court',
        'registry.escrow',
        'hub.epochParams.commitSeconds',
        'court.penaltyOf(5).jailSeconds',
      ]),
    );
  });

  it('names every difference at once, also power that nobody asked for', async () => {
    const test = createTestClient({ mode: 'anvil', transport: http(anvil.url) });
    const snapshot = await test.snapshot();
    // The admin, after its delay, makes a stranger governor without a delay.
    await test.impersonateAccount({ address: ADMIN });
    await test.setBalance({ address: ADMIN, value: parseEther('1') });
    const wallet = createWalletClient({ transport: http(anvil.url), chain: foundry, account: ADMIN });
    const grant = encodeFunctionData({
      abi: accessManagerAbi,
      functionName: 'grantRole',
      args: [GOVERNOR_ROLE, STRANGER, 0],
    });
    const manager = { address: deployment.accessManager, abi: accessManagerAbi } as const;
    await wallet.writeContract({ ...manager, functionName: 'schedule', args: [manager.address, grant, 0] });
    await test.increaseTime({ seconds: parameters.governorDelaySeconds + 1 });
    await wallet.writeContract({ ...manager, functionName: 'execute', args: [manager.address, grant] });

    const found = await checkDeployment({
      client: client(),
      deployment: { ...deployment, hub: deployment.court },
      parameters: { ...parameters, thawSeconds: 1, feeBps: 7 },
      deployer: DEPLOYER.address,
      fromBlock: 0n,
    });
    const wrong = new Map(found.filter(({ ok }) => !ok).map((of) => [of.check, of]));
    expect(wrong.get(`role GOVERNOR: ${getAddress(STRANGER)}`)).toMatchObject({
      expected: 'nobody',
      actual: 'delay 0 s',
    });
    expect(wrong.get('vault.thawSeconds')).toMatchObject({ expected: '1', actual: '1814400' });
    expect(wrong.get('escrow.feeBps')).toMatchObject({ expected: '7' });
    expect(wrong.get('court.hub')).toMatchObject({ actual: deployment.hub });
    expect(wrong.get('hub.minBond')).toMatchObject({ actual: 'no answer' });
    expect(wrong.get(`hub code at ${deployment.court}`)).toMatchObject({ actual: 'another' });

    const again = deployTo(join(scratch, 'production'));
    await expect(again).rejects.toMatchObject({
      code: 'DEPLOYMENT_MISMATCH',
      differences: [{ check: `role GOVERNOR: ${getAddress(STRANGER)}` }],
    });
    await test.revert({ id: snapshot });
  });

  it('resumes: a second run changes nothing and sends nothing', async () => {
    const before = await client().getTransactionCount({ address: DEPLOYER.address });
    expect((await deployTo(join(scratch, 'production'))).deployment).toEqual(deployment);
    expect(await client().getTransactionCount({ address: DEPLOYER.address })).toBe(before);
  });

  it('tells each step and keeps the addresses in a file', async () => {
    expect(lines.join('\n')).toMatch(/StakeVault deployed at 0x/);
    expect(lines.join('\n')).toMatch(/PaymentEscrow deployed at 0x/);
    const path = join(scratch, 'new', 'deployment.json');
    await writeDeployment(path, deployment);
    expect(await readDeployment(path)).toEqual(deployment);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ escrow: deployment.escrow });
    await writeDeployment(path, { ...deployment, escrow: '0x' });
    await expect(readDeployment(path)).rejects.toMatchObject({ code: 'DEPLOYMENT_FILE' });
  });

  it('refuses the journal of another chain by name', async () => {
    const test = createTestClient({ mode: 'anvil', transport: http(anvil.url) });
    const snapshot = await test.snapshot();
    await test.setCode({ address: deployment.vault, bytecode: '0x' });
    await expect(deployTo(join(scratch, 'production'))).rejects.toMatchObject({ code: 'DEPLOYMENT_FAILED' });
    await test.revert({ id: snapshot });
  });

  /** Functions of a part that answer a caller with this error, whatever the arguments. */
  async function functionsRefused(
    part: Part | 'accessManager',
    from: Address,
    error: Hex,
  ): Promise<string[]> {
    const abi = part === 'accessManager' ? accessManagerAbi : ABIS[part];
    const refused = await Promise.all(
      emptyCalls(abi).map(async ({ name, data }) => {
        const answer = await revertOf({ from, to: deployment[part], data });
        return answer.startsWith(error) ? [name] : [];
      }),
    );
    return [...new Set(refused.flat())].sort();
  }
});

describe('deploy() with the parameters of development', () => {
  it('deploys the mock token and leaves the deployer administrator and governor without delay', async () => {
    const parameters = await readDeployParameters(join(PARAMETERS, 'devnet.json'));
    const deployment = await deploy({
      rpcUrl: anvil.url,
      deployerKey: DEPLOYER_KEY,
      parameters,
      deploymentDir: join(scratch, 'development'),
    });
    const client = createPublicClient({ transport: http(anvil.url) });
    for (const role of [ADMIN_ROLE, GOVERNOR_ROLE]) {
      const access = await client.readContract({
        address: deployment.accessManager,
        abi: accessManagerAbi,
        functionName: 'hasRole',
        args: [role, DEPLOYER.address],
      });
      expect(access).toEqual([true, 0]);
    }
    const { request } = await client.simulateContract({
      account: DEPLOYER,
      address: deployment.token,
      abi: mockTokenAbi,
      functionName: 'mint',
      args: [DEPLOYER.address, 5n],
    });
    expect(request.functionName).toBe('mint');
    await expect(
      client.simulateContract({
        account: DEPLOYER,
        address: deployment.registry,
        abi: providerRegistryAbi,
        functionName: 'jail',
        args: [DEPLOYER.address, Number(maxUint48)],
      }),
    ).rejects.toThrow('NotCourt');
  });

  it('refuses a deployer that stays administrator although the governor has a delay', async () => {
    const parameters = await readDeployParameters(join(PARAMETERS, 'devnet.json'), {
      governorDelaySeconds: 60,
    });
    const refused = deploy({
      rpcUrl: anvil.url,
      deployerKey: DEPLOYER_KEY,
      parameters,
      deploymentDir: join(scratch, 'refused'),
    });
    await expect(refused).rejects.toMatchObject({ code: 'DEPLOY_PARAMETERS' });
  });
});

/** `setAuthority` is every governed contract's own: for the access manager itself, no role. */
function withAuthority(governed: readonly FunctionRole[]): string[] {
  return [...governed.map(({ functionName }) => functionName), 'setAuthority'].sort();
}

/** The data that a call reverts with; empty when it goes through. */
async function revertOf(call: { from: Address; to: Address; data: Hex }): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params: [call, 'latest'] });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(anvil.url, { method: 'POST', headers, body });
  const answer = (await response.json()) as { error?: { data?: string } };
  return answer.error?.data ?? '';
}

/** An existing token, as production has one. */
async function deployToken(): Promise<Address> {
  const { artifactResolver, ensureArtifacts } = await import('../ignition/lib/artifacts.ts');
  await ensureArtifacts(() => {});
  const { bytecode } = await artifactResolver.loadArtifact('MockToken');
  const wallet = createWalletClient({ account: DEPLOYER, transport: http(anvil.url) });
  const hash = await wallet.deployContract({ abi: mockTokenAbi, bytecode: bytecode as Hex, chain: null });
  const client = createPublicClient({ transport: http(anvil.url), pollingInterval: 50 });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  if (!contractAddress) throw new Error('the token was not deployed');
  return contractAddress;
}
