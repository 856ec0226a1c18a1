import { join } from 'node:path';
import { type LocalAccount, parseEther, zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mockTokenAbi } from '../router/chain/abi/mockToken.ts';
import { paymentEscrowAbi } from '../router/chain/abi/paymentEscrow.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { caseId, sortBreaches } from '../router/chain/commitment.ts';
import { discoverContracts, discoverRegistry } from '../router/chain/contracts.ts';
import { type Deployment, deploy } from '../scripts/lib/deploy.ts';
import { deploySuccessor, type Replaceable, type Successor } from '../scripts/lib/deploySuccessor.ts';
import { SETTLEMENT_CHAIN_ID } from './fixtures/settlementChain.ts';
import {
  admissions,
  DEPLOYER_KEY,
  downtime,
  NETWORK,
  PROVIDER_ROLE,
  people,
  startUpgradeWorld,
  type UpgradeWorld,
  WATCHER_ROLE,
} from './fixtures/upgradeWorld.ts';

// One story in order: each test goes on where the one before ended.
let world: UpgradeWorld;
let first: Deployment;
let next: Successor;

beforeAll(async () => {
  world = await startUpgradeWorld();
  first = world.deployment;
}, 60_000);

afterAll(async () => {
  await world?.stop();
});

describe('a court with its hub is replaced while stake is live and cases are open', () => {
  let effectiveAt: number;
  let judged: bigint;
  let executableAt: number;

  it('is deployed, given its roles by the admin and proposed by the governor, each after its delay', async () => {
    next = await successor('court');
    expect(next.deployment.court).not.toBe(first.court);
    expect(next.deployment.hub).not.toBe(first.hub);
    const [{ by, target, data }] = next.calls as [(typeof next.calls)[0]];
    expect(by).toBe('admin');
    const early = world.client.call({ account: people.admin, to: target, data });
    await expect(early).rejects.toThrow();
    await world.govern(next.calls);
    const pending = await readVault('pendingCourt');
    effectiveAt = pending[1];
    expect(pending[0]).toBe(next.deployment.court);
    expect(effectiveAt).toBeGreaterThan((await world.now()) + world.parameters.thawSeconds);
    expect(await discoverContracts(world.client, first.registry)).toMatchObject({
      court: first.court,
      hub: first.hub,
    });
    await expect(apply('vault')).rejects.toThrow('ChangeTooEarly');
    await expect(apply('registry')).rejects.toThrow('ChangeTooEarly');
  });

  it('has its watchers before it is in office, with the bonds that they have', async () => {
    const { hub } = next.deployment;
    await world.govern(admissions(world, hub));
    for (const watcher of people.watchers) {
      await world.send(watcher, { address: hub, abi: watcherHubAbi, functionName: 'join' });
      expect((await account(watcher, WATCHER_ROLE)).tokens).toBe(parseEther('2000'));
    }
  });

  it('finds cases that the court before it opened shortly before', async () => {
    judged = world.epochAt(effectiveAt - 3_000);
    const breaches = sortBreaches(judged, [downtime(people.alice), downtime(people.bob)]);
    await world.attest(first.hub, judged, breaches);
    for (const provider of [people.alice, people.bob]) {
      await world.send(people.stranger, opening(first, judged, provider));
      expect((await account(provider)).locked).toBe(parseEther('2'));
    }
    executableAt = (await caseOf(first, judged, people.alice)).executableAt;
    expect(executableAt).toBeGreaterThan(effectiveAt);
    expect(await world.now()).toBeLessThan(effectiveAt);
  });

  it('takes office by anyone, and moves neither stake nor lock nor service', async () => {
    const everyone = [people.alice, people.bob, ...people.watchers];
    const standing = () =>
      Promise.all(
        everyone.map(async (of) => {
          const roles = await Promise.all([account(of), account(of, WATCHER_ROLE)]);
          return { stakes: roles.map(({ retiredLocked: _, ...rest }) => rest), active: await isActive(of) };
        }),
      );
    const before = await standing();
    await world.warpTo(effectiveAt);
    await apply('vault');
    await apply('registry');
    expect(await standing()).toEqual(before);
    expect(before.map(({ active }) => active)).toEqual([true, true, false, false]);
    expect((await account(people.alice)).retiredLocked).toBe(parseEther('2'));
    const [retired, until] = await readVault('retiredCourt');
    expect(retired).toBe(first.court);
    expect(until).toBeGreaterThan(executableAt);
  });

  it('is found by whoever knows the registry alone', async () => {
    expect(await discoverContracts(world.client, first.registry)).toMatchObject({
      registry: first.registry,
      vault: first.vault,
      court: next.deployment.court,
      hub: next.deployment.hub,
    });
  });

  it('leaves the retired court what it has begun, and nothing more', async () => {
    const { court } = first;
    const veto = { address: court, abi: slashingCourtAbi, functionName: 'veto' } as const;
    await world.send(people.guardian, { ...veto, args: [keyOf(judged, people.bob)] });
    expect(await account(people.bob)).toMatchObject({ tokens: parseEther('2000'), locked: 0n });
    expect(await isActive(people.bob)).toBe(true);

    const straddling = world.epochAt(await world.now());
    await world.attest(first.hub, straddling, [downtime(people.bob)]);
    await expect(world.simulate(people.stranger, opening(first, straddling, people.bob))).rejects.toThrow(
      'NotInOffice',
    );
  });

  it('judges epochs that begin under it, and no earlier one', async () => {
    const since = await readVault('courtSince');
    const straddling = world.epochAt(since);
    expect(world.epochStart(straddling)).toBeLessThan(since);
    const { deployment } = next;
    await expect(
      world.simulate(people.stranger, opening(deployment, straddling, people.bob)),
    ).rejects.toThrow('BeforeThisCourt');

    const later = world.epochAt(await world.now()) + 1n;
    await world.attest(deployment.hub, later, [downtime(people.bob)]);
    await world.send(people.stranger, opening(deployment, later, people.bob));
    expect(await account(people.bob)).toMatchObject({ locked: parseEther('2'), retiredLocked: 0n });
    expect(await isActive(people.bob)).toBe(true);
  });

  it('lets the retired court execute its open case: slashed once, jailed, to the treasury', async () => {
    await world.warpTo(executableAt);
    const before = await balance(people.treasury);
    const execute = { address: first.court, abi: slashingCourtAbi, functionName: 'execute' } as const;
    await world.send(people.stranger, { ...execute, args: [keyOf(judged, people.alice)] });
    expect(await account(people.alice)).toMatchObject({
      tokens: parseEther('1998'),
      locked: 0n,
      retiredLocked: 0n,
    });
    expect((await balance(people.treasury)) - before).toBe(parseEther('2'));
    expect(await isActive(people.alice)).toBe(false);
    // Bob's case is the new court's, and waits.
    expect(await account(people.bob)).toMatchObject({ locked: parseEther('2') });
    await expect(
      world.simulate(people.stranger, { ...execute, args: [keyOf(judged, people.alice)] }),
    ).rejects.toThrow('CaseNotOpen');
  });

  it('is governed as the one before: the guardian vetoes, the governor waits, strangers may nothing', async () => {
    const at = { address: next.deployment.court, abi: slashingCourtAbi } as const;
    const penalty = { firstBps: 20, repeatBps: 40, jailSeconds: 60 };
    const set = { ...at, functionName: 'setPenalty', args: [0, penalty] } as const;
    await expect(world.simulate(people.stranger, set)).rejects.toThrow('AccessManagedUnauthorized');
    await expect(world.simulate(people.admin, set)).rejects.toThrow('AccessManagedUnauthorized');
    await world.govern([world.governorCall(set)]);
    const actual = await world.client.readContract({ ...at, functionName: 'penaltyOf', args: [0] });
    expect(actual).toEqual(penalty);
  });
});

describe('the escrow is replaced', () => {
  it('takes the new deposits, while the old one still pays what it holds', async () => {
    const gateway = people.stranger;
    const deposit = parseEther('10');
    const old = { address: first.escrow, abi: paymentEscrowAbi } as const;
    await approve(gateway, first.escrow);
    await world.send(gateway, { ...old, functionName: 'deposit', args: [gateway.address, deposit] });
    await world.send(gateway, { ...old, functionName: 'thaw', args: [deposit] });

    const replaced = await successor('escrow');
    await world.govern(replaced.calls);
    const proposed = await readRegistry('pendingEscrow');
    expect(proposed[0]).toBe(replaced.deployment.escrow);
    const change = {
      address: first.registry,
      abi: providerRegistryAbi,
      functionName: 'applyEscrow',
    } as const;
    await expect(world.simulate(people.stranger, change)).rejects.toThrow('ChangeTooEarly');
    await world.warpTo(proposed[1]);
    await world.send(people.stranger, change);

    const found = await discoverContracts(world.client, first.registry);
    expect(found.escrow).toBe(replaced.deployment.escrow);
    const before = await balance(gateway);
    await world.send(gateway, { ...old, functionName: 'withdraw', args: [gateway.address] });
    expect((await balance(gateway)) - before).toBe(deposit);
    const fresh = { address: replaced.deployment.escrow, abi: paymentEscrowAbi } as const;
    await approve(gateway, fresh.address);
    await world.send(gateway, { ...fresh, functionName: 'deposit', args: [gateway.address, deposit] });
    const held = await world.client.readContract({
      ...fresh,
      functionName: 'accountOf',
      args: [gateway.address],
    });
    expect(held.balance).toBe(deposit);
    await world.send(people.guardian, { ...fresh, functionName: 'pause' });
  });
});

describe('the registry is replaced', () => {
  it('names its successor after the delay, and goes on until its clients have followed', async () => {
    const { registry } = await deploy({
      rpcUrl: world.rpcUrl,
      deployerKey: DEPLOYER_KEY,
      parameters: world.parameters,
      deploymentDir: join(world.dir, 'second'),
    });
    const at = { address: first.registry, abi: providerRegistryAbi } as const;
    await world.govern([world.governorCall({ ...at, functionName: 'proposeSuccessor', args: [registry] })]);
    expect((await discoverRegistry(world.client, first.registry)).successor).toBeUndefined();
    expect(await readRegistry('successor')).toBe(zeroAddress);
    const [, effectiveAt] = await readRegistry('pendingSuccessor');
    await world.warpTo(effectiveAt);
    await world.send(people.stranger, { ...at, functionName: 'applySuccessor' });

    const found = await discoverRegistry(world.client, first.registry);
    expect(found.successor).toBe(registry);
    expect((await discoverRegistry(world.client, registry)).successor).toBeUndefined();
    expect(await isActive(people.bob)).toBe(true);
  });
});

async function successor(part: Replaceable): Promise<Successor> {
  return await deploySuccessor(part, {
    rpcUrl: world.rpcUrl,
    deployerKey: DEPLOYER_KEY,
    deployment: world.deployment,
    parameters: world.parameters,
    deploymentDir: join(world.dir, part),
    onProgress: () => {},
  });
}

async function apply(to: 'vault' | 'registry'): Promise<void> {
  const abi = to === 'vault' ? stakeVaultAbi : providerRegistryAbi;
  await world.send(people.stranger, { address: first[to], abi, functionName: 'applyCourt' });
}

function keyOf(epoch: bigint, provider: LocalAccount) {
  return { epoch, provider: provider.address, network: NETWORK, offence: 0 } as const;
}

function opening({ court }: Deployment, epoch: bigint, provider: LocalAccount) {
  const args = [epoch, provider.address, NETWORK, 0] as const;
  return { address: court, abi: slashingCourtAbi, functionName: 'openCase', args } as const;
}

async function caseOf({ court }: Deployment, epoch: bigint, provider: LocalAccount) {
  const id = caseId({ chainId: SETTLEMENT_CHAIN_ID, court }, keyOf(epoch, provider));
  const at = { address: court, abi: slashingCourtAbi } as const;
  return await world.client.readContract({ ...at, functionName: 'caseOf', args: [id] });
}

async function account(of: LocalAccount, role = PROVIDER_ROLE) {
  const at = { address: first.vault, abi: stakeVaultAbi } as const;
  return await world.client.readContract({ ...at, functionName: 'accountOf', args: [role, of.address] });
}

async function isActive(of: LocalAccount): Promise<boolean> {
  const at = { address: first.registry, abi: providerRegistryAbi } as const;
  return await world.client.readContract({ ...at, functionName: 'isActive', args: [of.address, NETWORK] });
}

async function balance(of: LocalAccount): Promise<bigint> {
  const at = { address: first.token, abi: mockTokenAbi } as const;
  return await world.client.readContract({ ...at, functionName: 'balanceOf', args: [of.address] });
}

async function approve(from: LocalAccount, spender: `0x${string}`): Promise<void> {
  const at = { address: first.token, abi: mockTokenAbi } as const;
  await world.send(from, { ...at, functionName: 'approve', args: [spender, parseEther('1000')] });
}

function readVault<const name extends 'pendingCourt' | 'retiredCourt' | 'courtSince'>(functionName: name) {
  return world.client.readContract({ address: first.vault, abi: stakeVaultAbi, functionName });
}

function readRegistry<const name extends 'pendingEscrow' | 'successor' | 'pendingSuccessor'>(
  functionName: name,
) {
  return world.client.readContract({ address: first.registry, abi: providerRegistryAbi, functionName });
}
