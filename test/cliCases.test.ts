import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slashingCourtAbi } from '../router/chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../router/chain/abi/watcherHub.ts';
import { type Breach, chunkHash, commitment, networkIdOf, OFFENCES } from '../router/chain/commitment.ts';
import { createTransactor } from '../router/chain/transact.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { addressOf, type CliChain, keyOf, SETTLEMENT_CHAIN_ID, startCliChain } from './fixtures/cliChain.ts';

const PROVIDER = 5;
const WATCHER = 15;
const EPOCH_SECONDS = 1_000;
const COMMIT_SECONDS = 400;

let chain: CliChain;
let served: Anvil;
beforeAll(async () => {
  [chain, served] = await Promise.all([
    // Wide windows: the test moves the chain's time itself, and its own slowness must not matter.
    startCliChain({
      epochSeconds: EPOCH_SECONDS,
      commitSeconds: COMMIT_SECONDS,
      revealSeconds: 400,
      evidenceSeconds: 4_000,
      vetoSeconds: 500,
      thawSeconds: 10_000,
      courtChangeSeconds: 20_000,
    }),
    startAnvil({ chainId: 1337 }),
  ]);
});
afterAll(async () => {
  await Promise.all([chain?.stop(), served?.stop()]);
});

const ok = async (account: number, ...argv: string[]) => {
  const result = await chain.din(account, [...argv, '--json']);
  if (result.code !== 0) throw new Error(result.err);
  return result.json();
};
const status = () => ok(PROVIDER, 'provider', 'status');

test('the status shows an open case with what it locks, then the slash and the jail', async () => {
  const { hub, court, token } = chain.deployment;
  const sla = ['--min-samples', '3', '--min-stake', '1000'];
  await ok(0, 'network', 'add', '--id', 'eip155:1337', '--slug', 'devnet', ...sla);
  await chain.mint(token, addressOf(PROVIDER), 2_000n);
  await ok(PROVIDER, 'provider', 'register');
  await ok(PROVIDER, 'provider', 'stake', '--amount', '2000');
  await ok(PROVIDER, 'provider', 'add-service', '--network', 'devnet', '--url', served.url);
  await chain.mint(token, addressOf(WATCHER), 1_000n);
  await ok(0, 'watcher', 'admit', addressOf(WATCHER));
  await ok(WATCHER, 'watcher', 'join');

  const joinedIn = await chain.client.readContract({
    address: hub,
    abi: watcherHubAbi,
    functionName: 'currentEpoch',
  });
  const epoch = joinedIn + 1n;
  const end = await chain.client.readContract({
    address: hub,
    abi: watcherHubAbi,
    functionName: 'epochStart',
    args: [epoch + 1n],
  });
  const now = Number((await chain.client.getBlock()).timestamp);
  await chain.passTime(end - now + 1);

  const network = networkIdOf('eip155:1337');
  const offence = OFFENCES.indexOf('outage');
  const figures = { samples: 10, successes: 0, p95LatencyMs: 0, p95BlockLag: 0, mismatches: 0 };
  const breaches: Breach[] = [{ provider: addressOf(PROVIDER), network, offence, ...figures }];
  const chunkHashes = [chunkHash({ measurements: '0x', breaches })];
  const watcher = createTransactor({
    client: chain.client,
    account: privateKeyToAccount(keyOf(WATCHER)),
  });
  const salt = `0x${'5a'.repeat(32)}` as const;
  const author = { chainId: SETTLEMENT_CHAIN_ID, hub, watcher: addressOf(WATCHER) };
  await watcher.simulateAndSend({
    address: hub,
    abi: watcherHubAbi,
    functionName: 'commit',
    args: [epoch, commitment({ ...author, epoch, salt, chunkHashes })],
  });
  await chain.passTime(COMMIT_SECONDS);
  await watcher.simulateAndSend({
    address: hub,
    abi: watcherHubAbi,
    functionName: 'reveal',
    args: [epoch, salt, chunkHashes, '0x', breaches],
  });
  const key = { epoch, provider: addressOf(PROVIDER), network, offence };
  const offenceAt = [epoch, addressOf(PROVIDER), network, offence] as const;
  const courtAt = { address: court, abi: slashingCourtAbi } as const;
  const caseId = await chain.client.readContract({ ...courtAt, functionName: 'caseIdOf', args: offenceAt });
  await watcher.simulateAndSend({ ...courtAt, functionName: 'openCase', args: offenceAt });

  expect(await status()).toMatchObject({
    jailedUntil: null,
    stake: { tokens: '2000', active: '2000', locked: '40' },
    services: [{ active: true, reason: null }],
    openCases: [{ id: caseId, network: 'devnet', offence: 'outage', epoch: String(epoch), amount: '40' }],
  });
  expect((await chain.din(PROVIDER, ['provider', 'status'])).out).toMatch(/devnet +outage +\d+ +40 DINDEV/);

  await chain.passTime(501);
  await watcher.simulateAndSend({ ...courtAt, functionName: 'execute', args: [key] });
  const jailed = await status();
  expect(jailed).toMatchObject({
    stake: { tokens: '1960', active: '1960', locked: '0' },
    services: [{ status: 'live', active: false, reason: expect.stringMatching(/^jailed until /) }],
    openCases: [],
  });
  expect(jailed.jailedUntil).toBeGreaterThan(now);
  await chain.passTime(31);
  expect(await status()).toMatchObject({ jailedUntil: null, services: [{ active: true }] });
});
