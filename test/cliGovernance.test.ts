import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWalletClient, http, parseAbi, parseEther } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stakeVaultAbi } from '../router/chain/abi/stakeVault.ts';
import {
  addressOf,
  type CliChain,
  DEVNET_PARAMETERS,
  errorCode,
  keyOf,
  SETTLEMENT_CHAIN_ID,
  startCliChain,
} from './fixtures/cliChain.ts';
import { compileFixture } from './fixtures/compileFixture.ts';

let chain: CliChain;
beforeAll(async () => {
  chain = await startCliChain();
});
afterAll(() => chain?.stop());

const ok = async (account: number, argv: readonly string[], env: Record<string, string> = {}) => {
  const result = await chain.din(account, [...argv, '--json'], env);
  if (result.code !== 0) throw new Error(result.err);
  return result.json();
};

test('a watcher is admitted, joins with the least bond, leaves and is paid out', async () => {
  const watcher = 15;
  await chain.mint(chain.deployment.token, addressOf(watcher), 3_000n);
  const status = async () => ok(watcher, ['watcher', 'status']);
  expect(await status()).toMatchObject({ admitted: false, joined: false, bond: '0', minBond: '1000' });

  expect(await ok(0, ['watcher', 'admit', addressOf(watcher)])).toMatchObject({ admitted: true });
  const again = await ok(0, ['watcher', 'admit', addressOf(watcher)]);
  expect(again).toMatchObject({ admitted: true, transactions: [] });

  const small = await chain.din(watcher, ['watcher', 'join', '--amount', '999', '--json']);
  expect(errorCode(small)).toBe('INSUFFICIENT_BOND');
  const dry = await ok(watcher, ['watcher', 'join', '--dry-run']);
  expect(dry.transactions).toMatchObject([
    { function: 'stakeWithPermit' },
    { function: 'join', estimatedGas: null },
  ]);
  expect(await chain.nonce(watcher)).toBe(0);

  expect(await ok(watcher, ['watcher', 'join'])).toMatchObject({ staked: '1000', bond: '1000' });
  await chain.passTime(10);
  expect(await status()).toMatchObject({ admitted: true, joined: true, weight: '1000', totalWeight: '1000' });
  expect(errorCode(await chain.din(watcher, ['watcher', 'join', '--json']))).toBe('ALREADY_JOINED');

  expect(await ok(watcher, ['watcher', 'leave'])).toMatchObject({ thawing: '1000', withdrawn: '0' });
  await chain.passTime(121);
  expect(await ok(watcher, ['watcher', 'leave', '--withdraw'])).toMatchObject({ withdrawn: '1000' });
  expect(await status()).toMatchObject({ joined: false, bond: '0', weight: '0' });
});

test('anyone takes a bond that thaws out of the weight, and so out of what the quorum is a share of', async () => {
  const [watcher, stranger] = [17, 18];
  await chain.mint(chain.deployment.token, addressOf(watcher), 3_000n);
  await ok(0, ['watcher', 'admit', addressOf(watcher)]);
  await ok(watcher, ['watcher', 'join', '--amount', '1500']);
  const sync = () => ok(stranger, ['watcher', 'sync', addressOf(watcher)]);
  const inStep = { before: '1500', weight: '1500', transactions: [] };
  expect(await sync()).toMatchObject(inStep);

  const thaw = (amount: bigint) =>
    createWalletClient({
      account: privateKeyToAccount(keyOf(watcher)),
      chain: foundry,
      transport: http(chain.anvil.url),
    }).writeContract({
      address: chain.deployment.vault,
      abi: stakeVaultAbi,
      functionName: 'thaw',
      args: [1, amount],
    });
  await thaw(parseEther('300'));
  expect(await sync()).toMatchObject({ before: '1500', weight: '1200' });
  // Less than the least bond has no weight at all.
  await thaw(parseEther('300'));
  expect(await sync()).toMatchObject({ before: '1200', weight: '0' });
  await chain.passTime(10);
  const status = await ok(watcher, ['watcher', 'status']);
  expect(status).toMatchObject({ joined: true, weight: '0', totalWeight: '0' });

  await ok(watcher, ['watcher', 'leave']);
  const gone = await chain.din(stranger, ['watcher', 'sync', addressOf(watcher), '--json']);
  expect(errorCode(gone)).toBe('NOT_JOINED');
});

test('a watcher that has not joined is not run', async () => {
  const argv = ['watcher', 'run', '--state-dir', join(chain.dir, 'watcher'), '--json'];
  expect(errorCode(await chain.din(16, argv))).toBe('NOT_A_WATCHER');
});

test('networks are listed with stake and SLA', async () => {
  expect((await chain.din(0, ['network', 'list'])).out).toBe('no networks yet');
  const sla = ['--min-availability-bps', '9000', '--max-latency-ms', '1500', '--min-samples', '3'];
  await ok(0, ['network', 'add', '--id', 'eip155:59144', '--slug', 'linea', '--min-stake', '0.5', ...sla]);
  expect(await ok(0, ['network', 'list'])).toMatchObject({
    networks: [
      {
        caip2: 'eip155:59144',
        slug: 'linea',
        status: 'live',
        minStake: '0.5',
        sla: { minAvailabilityBps: 9000, maxP95LatencyMs: 1500, maxP95BlockLag: 10, minSamples: 3 },
      },
    ],
  });
  expect((await chain.din(0, ['network', 'list'])).out).toMatch(
    /linea +eip155:59144 +live +0.5 DINDEV +90 %/,
  );
});

test('a governor with a delay announces, waits and carries out with the same command', async () => {
  const governor = 3;
  const slow = await chain.deploy({
    admin: addressOf(4),
    governor: addressOf(governor),
    governorDelaySeconds: 3_600,
  });
  const env = { DIN_REGISTRY: slow.registry };
  const argv = ['network', 'add', '--id', 'eip155:1', '--slug', 'ethereum', '--min-stake', '1000'];
  expect(await ok(governor, argv, env)).toMatchObject({
    announced: true,
    transactions: [{ contract: 'AccessManager', function: 'schedule' }],
  });
  expect((await ok(governor, ['network', 'list'], env)).networks).toEqual([]);
  expect(errorCode(await chain.din(governor, [...argv, '--json'], env))).toBe('GOVERNANCE_DELAY');
  await chain.passTime(3_601);
  expect(await ok(governor, argv, env)).toMatchObject({ announced: false });
  expect((await ok(governor, ['network', 'list'], env)).networks).toMatchObject([{ slug: 'ethereum' }]);
});

test('a governor with a delay ends a pause by the same way', async () => {
  const [governor, guardian] = [3, 1];
  const slow = await chain.deploy({
    admin: addressOf(4),
    governor: addressOf(governor),
    governorDelaySeconds: 3_600,
    pauseSeconds: 10_000,
    thawSeconds: 20_000,
    courtChangeSeconds: 40_000,
    escrowThawSeconds: 20_000,
  });
  const env = { DIN_REGISTRY: slow.registry };
  const unpause = ['unpause', 'vault'];
  await ok(guardian, ['pause', 'vault'], env);
  expect(await ok(governor, unpause, env)).toMatchObject({
    announced: true,
    pausedUntil: expect.any(Number),
    transactions: [{ contract: 'AccessManager', function: 'schedule' }],
  });
  expect(errorCode(await chain.din(governor, [...unpause, '--json'], env))).toBe('GOVERNANCE_DELAY');
  await chain.passTime(3_601);
  expect(await ok(governor, unpause, env)).toMatchObject({ announced: false, pausedUntil: null });
});

describe('a token without permit', () => {
  const provider = 20;
  let env: Record<string, string>;

  beforeAll(async () => {
    const wallet = createWalletClient({
      account: privateKeyToAccount(keyOf(9)),
      chain: foundry,
      transport: http(chain.anvil.url),
    });
    const hash = await wallet.deployContract({ abi: [], bytecode: await compileFixture('PlainToken') });
    const { contractAddress: token } = await chain.client.waitForTransactionReceipt({ hash });
    if (!token) throw new Error('not deployed');
    await wallet.writeContract({
      address: token,
      abi: parseAbi(['function mint(address to, uint256 amount)']),
      functionName: 'mint',
      args: [addressOf(provider), 5_000_000_000n],
    });
    env = { DIN_REGISTRY: (await chain.deploy({ token })).registry };
  });

  test('is staked by approval and stake, in its own decimals', async () => {
    const argv = ['provider', 'stake', '--amount', '1250.5'];
    const dry = await chain.din(provider, [...argv, '--dry-run'], env);
    expect(dry.out).toMatch(/Token\.approve\(.*1250500000.*\n.*\nwould send: StakeVault\.stake/);
    expect(await ok(provider, argv, env)).toMatchObject({
      activeStake: '1250.5',
      token: 'PLAIN',
      transactions: [{ function: 'approve' }, { function: 'stake' }],
    });
  });
});

describe('din deploy', () => {
  test('writes the file that other commands take as --deployment', async () => {
    const out = join(chain.dir, 'new', 'deployment.json');
    const argv = ['deploy', '--parameters', DEVNET_PARAMETERS, '--out', out];
    const nonce = await chain.nonce(0);
    expect(await ok(0, [...argv, '--dry-run'])).toMatchObject({
      dryRun: true,
      chainId: SETTLEMENT_CHAIN_ID,
      deployer: addressOf(0),
      parameters: { thawSeconds: 120 },
    });
    expect(await chain.nonce(0)).toBe(nonce);

    const deployed = await ok(0, argv);
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ registry: deployed.registry });
    const env = { DIN_REGISTRY: '' };
    expect(await ok(0, ['network', 'list', '--deployment', out], env)).toMatchObject({ networks: [] });
  });

  test('refuses parameters that are wrong or missing, and a deployer without gas money', async () => {
    const parameters = join(chain.dir, 'parameters.json');
    await writeFile(parameters, JSON.stringify({ Din: { token: 'mock' } }));
    const out = join(chain.dir, 'never.json');
    const argv = (file: string) => ['deploy', '--parameters', file, '--out', out, '--json'];
    const wrong = await chain.din(0, argv(parameters));
    expect(errorCode(wrong)).toBe('DEPLOY_PARAMETERS');
    expect(wrong.err).toContain('thawSeconds');
    const poor = { DIN_PRIVATE_KEY: `0x${'11'.repeat(32)}` };
    expect(errorCode(await chain.din(0, argv(DEVNET_PARAMETERS), poor))).toBe('INSUFFICIENT_GAS_FUNDS');
  });
});
