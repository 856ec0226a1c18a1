/**
 * `node scripts/bench/revealGas.ts`: what it takes to reveal reports of many sizes, in chunks as a watcher cuts them,
 * from receipts of a real node with the calldata floor of EIP-7623. Figures are drawn at their dearest: no byte of a
 * measurement is zero, and every breach is on a network of its own.
 */
import { type Hex, keccak256, numberToHex, size } from 'viem';
import { mockTokenAbi } from '../../router/chain/abi/mockToken.ts';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { stakeVaultAbi } from '../../router/chain/abi/stakeVault.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import {
  type Breach,
  chunkHash,
  commitment,
  networkIdOf,
  offenceValue,
  packMeasurements,
  sortBreaches,
} from '../../router/chain/commitment.ts';
import { type ChunkSize, chunkGas, chunkLimits, chunkSizes } from '../../router/watcher/revealGas.ts';
import { devAccount } from '../devnet/devAccounts.ts';
import { PROVIDERS, WATCHERS } from '../gas/cast.ts';
import { measurementParameters } from '../gas/measure.ts';
import { callOf, deployForTest, mustSend, type TestDeployment } from '../gas/testDeployment.ts';
import { CHAIN_ID, startTestNode } from '../gas/testNode.ts';

const TOKEN = 10n ** 18n;
const [PROVIDER, WATCHER] = [PROVIDERS[0].address, WATCHERS[0].address];
const MAX_BREACHES = 150;
const CAIP2S = Array.from({ length: MAX_BREACHES }, (_, index) => `eip155:${70_000 + index}`);
const WHOLES: readonly ChunkSize[] = [
  { records: 0, breaches: 0 },
  { records: 100, breaches: 0 },
  { records: 100, breaches: 2 },
  { records: 1_000, breaches: 0 },
  { records: 1_000, breaches: 20 },
  { records: 2_000, breaches: 0 },
  { records: 0, breaches: 73 },
  { records: 5_000, breaches: 0 },
  { records: 5_000, breaches: 100 },
];

const node = await startTestNode();
try {
  const [governor, guardian, treasury] = [
    devAccount(0).address,
    devAccount(1).address,
    devAccount(2).address,
  ];
  const deployment = await deployForTest({
    ...{ node, parameters: measurementParameters, courts: 1 },
    ...{ governor, guardian, treasury },
  });
  await enlist(deployment);
  const { genesis, epochSeconds } = deployment.parameters.epochs;
  let epoch = Math.floor(((await node.now()) - genesis) / epochSeconds) + 1;
  const { gasLimit } = await node.request<{ gasLimit: Hex }>('eth_getBlockByNumber', 'latest', false);
  const limits = chunkLimits(BigInt(gasLimit));
  console.log(
    '| services | breaches | chunks | bytes of the largest | gas of the dearest | of at most | gas in all |',
  );
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const whole of WHOLES) {
    const sizes = chunkSizes(whole, limits);
    const chunks = await reveal(deployment, epoch, sizes);
    const gas = chunks.map((chunk) => chunk.gas);
    const columns = [
      ...[whole.records, whole.breaches, sizes.length],
      ...[Math.max(...chunks.map(({ bytes }) => bytes)), Math.max(...gas)],
      ...[Math.max(...sizes.map(chunkGas)), gas.reduce((sum, one) => sum + one, 0)],
    ];
    console.log(`| ${columns.map((column) => column.toLocaleString('en')).join(' | ')} |`);
    epoch += 2;
  }
} finally {
  await node.stop();
}

/** A watcher that is the whole quorum, and a provider with a service on each network. */
async function enlist({ node, token, vault, registry, hub, governor }: TestDeployment): Promise<void> {
  const send = (from: Hex, call: { to: Hex; data: Hex }) => mustSend(node, from, call, 'enlisting');
  for (const [role, account] of [PROVIDER, WATCHER].entries()) {
    const amount = 500_000n * TOKEN;
    const args = [account, amount] as const;
    await send(governor, callOf({ abi: mockTokenAbi, to: token, functionName: 'mint', args }));
    const approved = [vault, amount] as const;
    await send(account, callOf({ abi: mockTokenAbi, to: token, functionName: 'approve', args: approved }));
    const staked = [role, account, amount] as const;
    await send(account, callOf({ abi: stakeVaultAbi, to: vault, functionName: 'stake', args: staked }));
  }
  await send(WATCHER, callOf({ abi: watcherHubAbi, to: hub, functionName: 'join', args: [] }));
  const at = { abi: providerRegistryAbi, to: registry } as const;
  await send(PROVIDER, callOf({ ...at, functionName: 'register', args: [PROVIDER, '', 0n, '0x'] }));
  const sla = {
    ...{ minAvailabilityBps: 9_500, maxP95LatencyMs: 1_000, maxP95BlockLag: 5 },
    ...{ maxMismatches: 0, minSamples: 100 },
  };
  for (const caip2 of CAIP2S) {
    const args = [caip2, caip2.replace(':', '-'), { minStake: TOKEN, sla }] as const;
    await send(governor, callOf({ ...at, functionName: 'addNetwork', args }));
    const offered = [networkIdOf(caip2), 'https://rpc-eu1.nodes-example.org/linea1', 1] as const;
    await send(PROVIDER, callOf({ ...at, functionName: 'addService', args: offered }));
  }
}

interface Revealed {
  readonly gas: number;
  /** Of calldata. */
  readonly bytes: number;
}

async function reveal(
  { node, hub, parameters }: TestDeployment,
  epoch: number,
  sizes: readonly ChunkSize[],
): Promise<Revealed[]> {
  const { genesis, epochSeconds, commitSeconds } = parameters.epochs;
  const end = genesis + (epoch + 1) * epochSeconds;
  const breaches = sortBreaches(BigInt(epoch), breachesOf(sizes.reduce((sum, one) => sum + one.breaches, 0)));
  let serviceId = 0x01010101;
  const chunks = sizes.map((one) => ({
    measurements: packMeasurements(
      Array.from({ length: one.records }, () => ({
        ...{ serviceId: serviceId++ | 0x01010101, samples: 0x02bc, successes: 0x02bb },
        ...{ p95LatencyMs: 0x0121, p95BlockLag: 0x0101, mismatches: 0x0101 },
      })),
    ),
    breaches: breaches.splice(0, one.breaches),
  }));
  const chunkHashes = chunks.map(chunkHash);
  const salt = keccak256(numberToHex(epoch));
  const parts = { chainId: CHAIN_ID, hub, watcher: WATCHER, epoch: BigInt(epoch), salt, chunkHashes };
  const at = { abi: watcherHubAbi, to: hub } as const;
  await node.jumpTo(end);
  const committed = [BigInt(epoch), commitment(parts)] as const;
  await mustSend(node, WATCHER, callOf({ ...at, functionName: 'commit', args: committed }), 'commit');
  await node.jumpTo(end + commitSeconds);
  const revealed: Revealed[] = [];
  for (const { measurements, breaches } of chunks) {
    const args = [BigInt(epoch), salt, chunkHashes, measurements, breaches] as const;
    const call = callOf({ ...at, functionName: 'reveal', args });
    const { gasUsed } = await mustSend(node, WATCHER, call, 'reveal');
    revealed.push({ gas: Number(gasUsed), bytes: size(call.data) });
  }
  return revealed;
}

function breachesOf(count: number): Breach[] {
  return CAIP2S.slice(0, count).map((caip2) => ({
    ...{ provider: PROVIDER, network: networkIdOf(caip2), offence: offenceValue('latency') },
    ...{ samples: 712, successes: 707, p95LatencyMs: 1_840, p95BlockLag: 257, mismatches: 257 },
  }));
}
