import { type Address, type Hex, type LocalAccount, type PublicClient, parseAbi, parseEther } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paymentEscrowAbi } from '../router/chain/abi/paymentEscrow.ts';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import {
  type Breach,
  caseId,
  chunkHash,
  commitment,
  networkIdOf,
  OFFENCES,
  offenceId,
  offenceValue,
  packMeasurements,
  type ReportChunk,
  sortBreaches,
  unpackMeasurements,
} from '../router/chain/commitment.ts';
import { discoverContracts, discoverRegistry } from '../router/chain/contracts.ts';
import { createSettlementClient } from '../router/chain/settlementClient.ts';
import { createTransactor } from '../router/chain/transact.ts';
import { SLA as sla } from './fixtures/settlementCalls.ts';
import {
  devAccount,
  governor,
  SETTLEMENT_CHAIN_ID,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';

const mintAbi = parseAbi([
  'function mint(address to, uint256 amount)',
  'function approve(address, uint256) returns (bool)',
]);
const CAIP2 = 'eip155:59144';
const NETWORK = networkIdOf(CAIP2);
const BOND = parseEther('1000');
const provider = devAccount(4);
const otherProvider = devAccount(5);
const watcher = devAccount(6);
const stranger = devAccount(7);

let chain: SettlementChain;
let client: PublicClient;
let registry: { address: Address; abi: typeof providerRegistryAbi };
let vault: { address: Address; abi: typeof stakeVaultAbi };
let hub: { address: Address; abi: typeof watcherHubAbi };
let court: { address: Address; abi: typeof slashingCourtAbi };

function as(account: LocalAccount) {
  return createTransactor({ client, account });
}

async function bond(account: LocalAccount, role: 0 | 1): Promise<void> {
  const token = { address: chain.deployment.token, abi: mintAbi } as const;
  const sender = as(account);
  await sender.simulateAndSend({ ...token, functionName: 'mint', args: [account.address, BOND] });
  await sender.simulateAndSend({ ...token, functionName: 'approve', args: [vault.address, BOND] });
  await sender.simulateAndSend({ ...vault, functionName: 'stake', args: [role, account.address, BOND] });
}

beforeAll(async () => {
  chain = await startSettlementChain();
  client = chain.client;
  registry = { address: chain.deployment.registry, abi: providerRegistryAbi };
  vault = { address: chain.deployment.vault, abi: stakeVaultAbi };
  hub = { address: chain.deployment.hub, abi: watcherHubAbi };
  court = { address: chain.deployment.court, abi: slashingCourtAbi };
  const params = { minStake: 100n, sla };
  await as(governor).simulateAndSend({
    ...registry,
    functionName: 'addNetwork',
    args: [CAIP2, 'linea', params],
  });
  for (const account of [provider, otherProvider]) {
    await bond(account, 0);
    const sender = as(account);
    await sender.simulateAndSend({
      ...registry,
      functionName: 'register',
      args: [account.address, '', 0n, '0x'],
    });
    const service = [NETWORK, 'http://127.0.0.1:1', 1] as const;
    await sender.simulateAndSend({ ...registry, functionName: 'addService', args: service });
  }
});

afterAll(() => chain?.stop());

describe('discoverContracts()', () => {
  it('names every contract of the deployment', async () => {
    const { accessManager: _, deploymentBlock, ...deployment } = chain.deployment;
    await expect(discoverContracts(client, chain.deployment.registry)).resolves.toEqual({
      ...deployment,
      deploymentBlock: BigInt(deploymentBlock),
      publicEndpointsOnly: false,
      successor: undefined,
    });
  });

  it('names the successor of a registry that was replaced', async () => {
    const snapshot = await chain.rpc('evm_snapshot');
    const next = stranger.address;
    await as(governor).simulateAndSend({ ...registry, functionName: 'proposeSuccessor', args: [next] });
    await expect(discoverRegistry(client, registry.address)).resolves.toMatchObject({ successor: undefined });
    const seconds = await client.readContract({ ...registry, functionName: 'changeSeconds' });
    await chain.rpc('evm_increaseTime', seconds);
    await chain.rpc('evm_mine');
    await as(stranger).simulateAndSend({ ...registry, functionName: 'applySuccessor' });
    await expect(discoverRegistry(client, registry.address)).resolves.toMatchObject({ successor: next });
    await chain.rpc('evm_revert', snapshot);
  });

  it.each([
    ['an account without code', () => stranger.address],
    ['another contract', () => chain.deployment.token],
    ['another contract of the deployment', () => chain.deployment.vault],
  ])('refuses %s by name', async (_, address) => {
    await expect(discoverContracts(client, address())).rejects.toMatchObject({ code: 'NOT_A_REGISTRY' });
  });

  it('blames no registry for an endpoint that is down', async () => {
    const dead = createSettlementClient({ rpcUrls: ['http://127.0.0.1:2'] });
    await expect(discoverRegistry(dead, chain.deployment.registry)).rejects.not.toHaveProperty('code');
  });
});

describe('createSettlementClient()', () => {
  it('asks the next endpoint when one is down', async () => {
    const both = createSettlementClient({ rpcUrls: ['http://127.0.0.1:2', chain.anvil.url] });
    await expect(both.getChainId()).resolves.toBe(SETTLEMENT_CHAIN_ID);
  });

  it('refuses to be made without endpoints, or with what is no URL', () => {
    for (const rpcUrls of [[], ['not a url'], ['file:///etc/passwd']]) {
      expect(() => createSettlementClient({ rpcUrls })).toThrow(
        expect.objectContaining({ code: 'NO_SETTLEMENT_ENDPOINT' }),
      );
    }
  });
});

describe('createTransactor()', () => {
  const nonceOf = (address: Address) => client.getTransactionCount({ address });

  it('sends nothing that the contract would refuse, and says why by name', async () => {
    const before = await nonceOf(provider.address);
    const call = {
      ...registry,
      functionName: 'addService',
      args: [NETWORK, 'http://127.0.0.1:1', 1],
    } as const;
    const refusal = {
      code: 'CONTRACT_REFUSED',
      errorName: 'ServiceExists',
      args: { provider: provider.address, network: NETWORK },
    };
    await expect(as(provider).simulate(call)).rejects.toMatchObject(refusal);
    await expect(as(provider).simulateAndSend(call)).rejects.toMatchObject(refusal);
    expect(await nonceOf(provider.address)).toBe(before);
  });

  it('names the refusals of the escrow', async () => {
    const { escrow: address } = await discoverRegistry(client, registry.address);
    const escrow = { address: address ?? expect.fail('there is none'), abi: paymentEscrowAbi } as const;
    await expect(
      as(stranger).simulate({ ...escrow, functionName: 'thaw', args: [7n] }),
    ).rejects.toMatchObject({
      code: 'CONTRACT_REFUSED',
      errorName: 'InsufficientBalance',
      args: { available: 0n, required: 7n },
    });
  });

  it('names the refusals of the access manager and of the token', async () => {
    const token = { address: chain.deployment.token, abi: mintAbi } as const;
    await expect(
      as(stranger).simulate({ ...registry, functionName: 'retireNetwork', args: [NETWORK] }),
    ).rejects.toMatchObject({ errorName: 'AccessManagedUnauthorized', args: { caller: stranger.address } });
    await as(stranger).simulateAndSend({ ...token, functionName: 'approve', args: [vault.address, 5n] });
    await expect(
      as(stranger).simulate({ ...vault, functionName: 'stake', args: [0, stranger.address, 6n] }),
    ).rejects.toMatchObject({ code: 'CONTRACT_REFUSED', errorName: 'ERC20InsufficientAllowance' });
  });

  it('gives gas without sending when only simulated', async () => {
    const before = await nonceOf(provider.address);
    const { gas } = await as(provider).simulate({ ...registry, functionName: 'setMetadata', args: ['{}'] });
    expect(gas).toBeGreaterThan(21_000n);
    expect(await nonceOf(provider.address)).toBe(before);
  });

  it('gives each of many calls at once its own nonce', async () => {
    const sender = as(provider);
    const before = await nonceOf(provider.address);
    const receipts = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        sender.simulateAndSend({ ...registry, functionName: 'setMetadata', args: [`{"n":${index}}`] }),
      ),
    );
    expect(new Set(receipts.map(({ transactionHash }) => transactionHash)).size).toBe(8);
    expect(receipts.map(({ blockNumber }) => blockNumber)).toEqual(
      receipts.map(({ blockNumber }) => blockNumber).toSorted((a, b) => Number(a - b)),
    );
    expect(await nonceOf(provider.address)).toBe(before + 8);
  });

  it('goes on when another process has used the key, and after a failure', async () => {
    const one = as(provider);
    const other = as(provider);
    const call = { ...registry, functionName: 'setMetadata', args: ['{}'] } as const;
    await one.simulateAndSend(call);
    await other.simulateAndSend(call);
    await expect(one.simulate({ ...vault, functionName: 'cancelThaw', args: [0] })).rejects.toMatchObject({
      errorName: 'NothingThawing',
    });
    await expect(one.simulateAndSend(call)).resolves.toMatchObject({ status: 'success' });
  });

  it('goes on with the chain after it was set back', async () => {
    const sender = as(provider);
    const call = { ...registry, functionName: 'setMetadata', args: ['{}'] } as const;
    const snapshot = await chain.rpc('evm_snapshot');
    await sender.simulateAndSend(call);
    await sender.simulateAndSend(call);
    await chain.rpc('evm_revert', snapshot);
    // A nonce that leaves a gap waits in the pool for ever.
    const impatient = createTransactor({ client, account: provider, receiptTimeoutMs: 300 });
    await expect(impatient.simulateAndSend(call)).resolves.toMatchObject({ status: 'success' });
  });

  it('says so when there is no gas money', async () => {
    const poor = privateKeyToAccount(generatePrivateKey());
    const sender = createTransactor({ client, account: poor });
    await expect(
      sender.simulateAndSend({ ...registry, functionName: 'register', args: [poor.address, '', 0n, '0x'] }),
    ).rejects.toMatchObject({ code: 'INSUFFICIENT_GAS_FUNDS' });
  });
});

describe('the watchers’ encodings', () => {
  it('gives the ids that hub and court give', async () => {
    for (const name of OFFENCES) {
      const ref = { epoch: 7n, provider: provider.address, network: NETWORK, offence: offenceValue(name) };
      const args = [ref.epoch, ref.provider, ref.network, ref.offence] as const;
      const id = await client.readContract({ ...hub, functionName: 'offenceIdOf', args });
      expect(offenceId(ref)).toBe(id);
      expect(caseId({ chainId: SETTLEMENT_CHAIN_ID, court: court.address }, ref)).toBe(
        await client.readContract({ ...court, functionName: 'caseIdOf', args }),
      );
    }
  });

  it('is accepted from commit to the reveal of the last chunk', async () => {
    await bond(watcher, 1);
    await as(governor).simulateAndSend({ ...hub, functionName: 'admit', args: [watcher.address] });
    const sender = as(watcher);
    await sender.simulateAndSend({ ...hub, functionName: 'join' });
    const epoch = (await client.readContract({ ...hub, functionName: 'currentEpoch' })) + 1n;
    const end = await client.readContract({ ...hub, functionName: 'epochStart', args: [epoch + 1n] });
    const { commitSeconds } = await client.readContract({ ...hub, functionName: 'epochParams' });

    const figures = { samples: 20, successes: 0, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };
    const breach = (of: Address, offence: number): Breach => ({
      provider: of,
      network: NETWORK,
      offence,
      ...figures,
    });
    const [first, second, third] = sortBreaches(epoch, [
      breach(provider.address, offenceValue('outage')),
      breach(otherProvider.address, offenceValue('outage')),
      { ...breach(provider.address, offenceValue('invalidData')), mismatches: 2 },
    ]) as [Breach, Breach, Breach];
    const measured = [1, 2].map((serviceId) => ({ serviceId, ...figures }));
    const chunks: ReportChunk[] = [
      { measurements: packMeasurements(measured), breaches: [first, second] },
      { measurements: packMeasurements([]), breaches: [third] },
    ];
    const chunkHashes = chunks.map(chunkHash);
    const salt: Hex = `0x${'5a'.repeat(32)}`;
    const committed = commitment({
      chainId: SETTLEMENT_CHAIN_ID,
      hub: hub.address,
      watcher: watcher.address,
      epoch,
      salt,
      chunkHashes,
    });

    await chain.rpc('evm_setNextBlockTimestamp', end);
    await chain.rpc('evm_mine');
    await sender.simulateAndSend({ ...hub, functionName: 'commit', args: [epoch, committed] });
    await chain.rpc('evm_setNextBlockTimestamp', end + commitSeconds);
    await chain.rpc('evm_mine');
    for (const { measurements, breaches } of chunks) {
      await sender.simulateAndSend({
        ...hub,
        functionName: 'reveal',
        args: [epoch, salt, chunkHashes, measurements, breaches],
      });
    }

    const [revealed] = await client.getContractEvents({
      ...hub,
      eventName: 'Revealed',
      fromBlock: 0n,
      strict: true,
    });
    expect(unpackMeasurements(revealed?.args.measurements ?? '0x')).toEqual(measured);
    for (const { provider, network, offence } of [first, second, third]) {
      const id = offenceId({ epoch, provider, network, offence });
      expect(await client.readContract({ ...hub, functionName: 'tallyOf', args: [id] })).toBe(BOND);
    }
  });

  it('tells of a transaction that is in no block in time, and of one that its block reverts', async () => {
    const epoch = (await client.readContract({ ...hub, functionName: 'currentEpoch' })) + 1n;
    const { commitSeconds } = await client.readContract({ ...hub, functionName: 'epochParams' });
    const end = await client.readContract({ ...hub, functionName: 'epochStart', args: [epoch + 1n] });
    await chain.rpc('evm_setNextBlockTimestamp', end);
    await chain.rpc('evm_mine');
    await chain.rpc('evm_setAutomine', false);
    try {
      const impatient = createTransactor({ client, account: watcher, receiptTimeoutMs: 1 });
      const thaw = { ...vault, functionName: 'thaw', args: [1, 1n] } as const;
      await expect(impatient.simulateAndSend(thaw)).rejects.toMatchObject({ code: 'TRANSACTION_TIMEOUT' });

      const call = { ...hub, functionName: 'commit', args: [epoch, `0x${'01'.repeat(32)}`] } as const;
      const late = as(watcher).simulateAndSend(call);
      const outcome = expect(late).rejects.toMatchObject({
        code: 'TRANSACTION_REVERTED',
        cause: expect.objectContaining({ errorName: 'CommitWindowClosed' }),
      });
      await expect
        .poll(() => chain.rpc('txpool_status'), { timeout: 20_000 })
        .toMatchObject({ pending: '0x2' });
      await chain.rpc('evm_setNextBlockTimestamp', end + commitSeconds);
      await chain.rpc('evm_mine');
      await outcome;
    } finally {
      await chain.rpc('evm_setAutomine', true);
    }
  });
});
