import { type Address, type Hex, maxUint256 } from 'viem';
import { mockTokenAbi } from '../../router/chain/abi/mockToken.ts';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { ANYONE, CAIP2S, GATEWAY, NETWORKS, PROVIDERS, SIGNERS, URL, WATCHERS } from './cast.ts';
import { type Meter, TOKEN } from './meter.ts';
import { signPermit } from './permit.ts';
import { signConsent } from './sign.ts';
import { callOf } from './testDeployment.ts';

const PROVIDER = 0;
const STAKE = 10_000n * TOKEN;
const CAPABILITIES = 0b100_0011;

/** Stake and services; leaves five providers behind that serve two networks each. */
export async function measureProviders(meter: Meter): Promise<void> {
  const { deployment, measure, send } = meter;
  const { vault, registry } = deployment;
  await fund(meter);
  for (const [index, caip2] of CAIP2S.entries()) await addNetwork(meter, caip2, `network-${index}`);

  for (const [index, provider] of PROVIDERS.entries()) {
    const first = index === 0;
    const record = (id: string) => async (from: Address, call: { to: Address; data: Hex }) =>
      first ? measure(id, from, call) : send(from, call);
    const stake = callOf({
      ...{ abi: stakeVaultAbi, to: vault, functionName: 'stake' },
      args: [PROVIDER, provider.address, STAKE],
    });
    await record('vault.stakeFirst')(provider.address, stake);
    await approve(meter, provider.address, vault, STAKE);
    await record('vault.stakeAgain')(provider.address, stake);
    await approve(meter, provider.address, vault, maxUint256);
    await record('vault.stakeUnlimited')(provider.address, stake);

    const signer = SIGNERS[index] ?? provider;
    const consent = await signConsent(deployment, signer, provider.address, maxUint256);
    const metadata = '{"name":"Node Operator One","url":"https://node.example"}';
    const register = callOf({
      ...{ abi: providerRegistryAbi, to: registry, functionName: 'register' },
      args: [signer.address, metadata, maxUint256, consent],
    });
    await record('registry.register')(provider.address, register);
    for (const [at, network] of NETWORKS.entries()) {
      const add = callOf({
        ...{ abi: providerRegistryAbi, to: registry, functionName: 'addService' },
        args: [network, URL, CAPABILITIES],
      });
      await record(at === 0 ? 'registry.addServiceFirst' : 'registry.addServiceNext')(provider.address, add);
    }
  }

  await measureService(meter);
  await measureThaw(meter);
}

async function measureService({ deployment, measure, send }: Meter): Promise<void> {
  const [provider] = PROVIDERS;
  const [network = '0x'] = NETWORKS;
  const [abi, to] = [providerRegistryAbi, deployment.registry];
  const update = callOf({ abi, to, functionName: 'updateService', args: [network, URL, CAPABILITIES] });
  await measure('registry.updateService', provider.address, update);
  const pause = callOf({ abi, to, functionName: 'pauseService', args: [network] });
  await measure('registry.pauseService', SIGNERS[0].address, pause);
  const resume = callOf({ abi, to, functionName: 'resumeService', args: [network] });
  await send(SIGNERS[0].address, resume);
}

async function measureThaw({ deployment, measure, send }: Meter): Promise<void> {
  const { node, vault } = deployment;
  const [abi, to, from] = [stakeVaultAbi, vault, ANYONE.address];
  const stake = callOf({ abi, to, functionName: 'stake', args: [PROVIDER, from, STAKE] });
  await send(from, stake);
  const { deadline, v, r, s } = await signPermit(deployment, ANYONE, vault, STAKE);
  const withPermit = callOf({
    ...{ abi, to, functionName: 'stakeWithPermit' },
    args: [PROVIDER, from, STAKE, deadline, v, r, s],
  });
  await measure('vault.stakeWithPermit', from, withPermit);
  const thaw = callOf({ abi, to, functionName: 'thaw', args: [PROVIDER, TOKEN] });
  await measure('vault.thaw', from, thaw);
  await measure('vault.thawAgain', from, thaw);
  await node.jumpTo((await node.now()) + deployment.parameters.thawSeconds);
  await measure(
    'vault.withdraw',
    from,
    callOf({ abi, to, functionName: 'withdraw', args: [PROVIDER, from] }),
  );
}

async function addNetwork({ deployment, send }: Meter, caip2: string, slug: string): Promise<void> {
  const sla = {
    ...{ minAvailabilityBps: 9_500, maxP95LatencyMs: 1_000, maxP95BlockLag: 5 },
    ...{ maxMismatches: 0, minSamples: 100 },
  };
  const call = callOf({
    ...{ abi: providerRegistryAbi, to: deployment.registry, functionName: 'addNetwork' },
    args: [caip2, slug, { minStake: 5_000n * TOKEN, sla }],
  });
  await send(deployment.governor, call);
}

async function approve(meter: Meter, owner: Address, spender: Address, amount: bigint): Promise<void> {
  const to = meter.deployment.token;
  await meter.send(
    owner,
    callOf({ abi: mockTokenAbi, to, functionName: 'approve', args: [spender, amount] }),
  );
}

/** Everybody has tokens and has approved vault and escrow without a limit. */
async function fund(meter: Meter): Promise<void> {
  const { deployment, send } = meter;
  const { token, vault, escrow, governor, treasury } = deployment;
  const abi = mockTokenAbi;
  const owners = [...PROVIDERS, ...WATCHERS, GATEWAY, ANYONE].map(({ address }) => address);
  for (const owner of [...owners, governor]) {
    const mint = callOf({ abi, to: token, functionName: 'mint', args: [owner, 10n ** 9n * TOKEN] });
    await send(governor, mint);
    for (const spender of [vault, escrow]) await approve(meter, owner, spender, maxUint256);
  }
  // A treasury in use: no transfer creates its balance.
  await send(governor, callOf({ abi, to: token, functionName: 'mint', args: [treasury, TOKEN] }));
}
