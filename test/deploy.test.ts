import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  getAddress,
  type Hex,
  http,
  zeroAddress,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployParameters, readDeployParameters } from '../ignition/lib/deployParameters.ts';
import { ADMIN_ROLE, FUNCTION_ROLES, GOVERNOR_ROLE, GUARDIAN_ROLE } from '../ignition/modules/Din.ts';
import { accessManagerAbi } from '../router/chain/abi/accessManager.ts';
import { mockTokenAbi } from '../router/chain/abi/mockToken.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { type Deployment, deploy, readDeployment, writeDeployment } from '../scripts/lib/deploy.ts';

const PARAMETERS = join(import.meta.dirname, '../ignition/parameters');
// anvil's first account, public knowledge.
const DEPLOYER_KEY: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const DEPLOYER = privateKeyToAccount(DEPLOYER_KEY);
const ADMIN = '0x00000000000000000000000000000000000000A1';
const GOVERNOR = '0x00000000000000000000000000000000000000b2';
const GUARDIAN = '0x00000000000000000000000000000000000000c3';
const TREASURY = '0x00000000000000000000000000000000000000d4';
const ACCOUNTS = { admin: ADMIN, governor: GOVERNOR, guardian: GUARDIAN, treasury: TREASURY } as const;

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
  const lines: string[] = [];
  const deployTo = (deploymentDir: string) =>
    deploy({
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
    deployment = await deployTo(join(scratch, 'production'));
  });

  it('gives every role to its account, with the delay of the governor, and leaves the deployer none', async () => {
    const access = (role: bigint, account: `0x${string}`) =>
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

  it('gives every restricted function its role', async () => {
    for (const { contract, role, selectors } of FUNCTION_ROLES) {
      for (const selector of selectors) {
        const actual = await client().readContract({
          address: deployment.accessManager,
          abi: accessManagerAbi,
          functionName: 'getTargetFunctionRole',
          args: [deployment[contract], selector],
        });
        expect(actual, `${contract} ${selector}`).toBe(role);
      }
    }
  });

  it('lets the governor act only after its delay, and the deployer never', async () => {
    const addNetwork = {
      address: deployment.registry,
      abi: [...providerRegistryAbi, ...accessManagerAbi],
      functionName: 'addNetwork',
      args: [
        'eip155:1',
        'ethereum',
        {
          minStake: 1n,
          sla: {
            minAvailabilityBps: 9000,
            maxP95LatencyMs: 2000,
            maxP95BlockLag: 10,
            maxMismatches: 0,
            minSamples: 3,
          },
        },
      ],
    } as const;
    await expect(client().simulateContract({ ...addNetwork, account: DEPLOYER })).rejects.toThrow(
      'AccessManagedUnauthorized',
    );
    await expect(client().simulateContract({ ...addNetwork, account: GOVERNOR })).rejects.toThrow(
      'AccessManagerNotScheduled',
    );
  });

  it('sets the first court of vault and registry and connects the parts', async () => {
    const read = client();
    const vault = { address: deployment.vault, abi: stakeVaultAbi } as const;
    const registry = { address: deployment.registry, abi: providerRegistryAbi } as const;
    const court = { address: deployment.court, abi: slashingCourtAbi } as const;
    expect(await read.readContract({ ...vault, functionName: 'court' })).toBe(deployment.court);
    expect(await read.readContract({ ...registry, functionName: 'court' })).toBe(deployment.court);
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
    expect(await read.readContract({ ...vault, functionName: 'treasury' })).toBe(getAddress(TREASURY));
    expect(await read.readContract({ ...vault, functionName: 'thawSeconds' })).toBe(parameters.thawSeconds);
    expect(await read.readContract({ ...vault, functionName: 'courtChangeSeconds' })).toBe(
      parameters.courtChangeSeconds,
    );
    expect(await read.readContract({ ...registry, functionName: 'publicEndpointsOnly' })).toBe(true);
    expect(await read.readContract({ ...hub, functionName: 'admissionOpen' })).toBe(false);
    expect(await read.readContract({ ...hub, functionName: 'minBond' })).toBe(parameters.minBond);
    expect(await read.readContract({ ...hub, functionName: 'maxWeight' })).toBe(parameters.maxWeight);
    const { genesis, epochSeconds, commitSeconds, revealSeconds } = parameters;
    expect(await read.readContract({ ...hub, functionName: 'epochParams' })).toEqual({
      genesis,
      epochSeconds,
      commitSeconds,
      revealSeconds,
    });
    const { evidenceSeconds, vetoSeconds, repeatSeconds } = parameters;
    expect(await read.readContract({ ...court, functionName: 'windows' })).toEqual({
      evidenceSeconds,
      vetoSeconds,
      repeatSeconds,
    });
    for (const [offence, penalty] of parameters.penalties.entries()) {
      const actual = await read.readContract({ ...court, functionName: 'penaltyOf', args: [offence] });
      expect(actual).toEqual(penalty);
    }
  });

  it('resumes: a second run changes nothing and sends nothing', async () => {
    const before = await client().getTransactionCount({ address: DEPLOYER.address });
    expect(await deployTo(join(scratch, 'production'))).toEqual(deployment);
    expect(await client().getTransactionCount({ address: DEPLOYER.address })).toBe(before);
  });

  it('tells each step and keeps the addresses in a file', async () => {
    expect(lines.join('\n')).toMatch(/StakeVault deployed at 0x/);
    const path = join(scratch, 'deployment.json');
    await writeDeployment(path, deployment);
    expect(await readDeployment(path)).toEqual(deployment);
  });

  it('refuses the journal of another chain by name', async () => {
    const test = createTestClient({ mode: 'anvil', transport: http(anvil.url) });
    const snapshot = await test.snapshot();
    await test.setCode({ address: deployment.vault, bytecode: '0x' });
    await expect(deployTo(join(scratch, 'production'))).rejects.toMatchObject({ code: 'DEPLOYMENT_FAILED' });
    await test.revert({ id: snapshot });
  });
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
        args: [DEPLOYER.address, 1],
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

describe('readDeployParameters()', () => {
  it('names every missing and every wrong field', async () => {
    const reading = readDeployParameters(join(PARAMETERS, 'mainnet.json'), {
      governor: zeroAddress,
      thawSeconds: -1,
    });
    await expect(reading).rejects.toMatchObject({ code: 'DEPLOY_PARAMETERS' });
    await expect(reading).rejects.toThrow(
      /token.*admin.*governor.*guardian.*treasury.*thawSeconds.*genesis/s,
    );
  });
});

/** An existing token, as production has one. */
async function deployToken(): Promise<`0x${string}`> {
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
