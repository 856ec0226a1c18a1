import { mnemonicToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caip2 } from '../router/core/caip2.ts';
import { capabilityBits } from '../router/core/capability.ts';
import { systemClock } from '../router/core/clock.ts';
import type { RawJson } from '../router/core/rawJson.ts';
import { seconds } from '../router/core/units.ts';
import { createNetworkRouter, type NetworkRouter } from '../router/gateway/networkRouter.ts';
import { DEFAULT_ROUTING } from '../router/routing/settings.ts';
import { createUpstreamClient } from '../router/upstream/upstreamClient.ts';
import { rpc } from '../scripts/devnet/anvilProcess.ts';
import { DEV_MNEMONIC } from '../scripts/devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';

const CHAIN_ID = 1337;
const NODES = 4;
const DEADLINE = { deadlineMs: seconds(30) };
const ACCOUNT = mnemonicToAccount(DEV_MNEMONIC).address;

/** Nodes of one chain that never hear of each other, and a router that takes all for equally far. */
let nodes: Anvil[];
let router: NetworkRouter;
const upstream = createUpstreamClient({ clock: systemClock });

beforeAll(async () => {
  const flags = ['--no-mining', '--timestamp', '1700000000', '--mnemonic', DEV_MNEMONIC];
  nodes = await Promise.all(Array.from({ length: NODES }, () => startAnvil({ chainId: CHAIN_ID, flags })));
  router = createNetworkRouter({
    ...{ caip2: `eip155:${CHAIN_ID}` as Caip2, slug: 'devnet', upstream, clock: systemClock },
    random: Math.random,
    settings: { ...DEFAULT_ROUTING, sendFanout: 1 },
  });
  router.setServices(
    nodes.map(({ url }, index) => ({
      ...{ key: String(index), label: String(index), tier: 'network', weight: 1 },
      target: { url, allowPrivate: true },
      capabilities: capabilityBits(['full', 'proof', 'debug']),
    })),
  );
  for (const { key } of router.services()) router.reportHead(key, { ok: true, number: 1, chainIdOk: true });
});

afterAll(async () => {
  await upstream.close();
  await Promise.all(nodes.map((node) => node.stop()));
});

async function ask(method: string, params: readonly unknown[], session?: string) {
  const call = { id: '1' as RawJson, method, params: JSON.stringify(params) as RawJson };
  const answer = await router.forward(call, { ...DEADLINE, session });
  return answer.kind === 'result'
    ? { result: JSON.parse(answer.result) }
    : { error: JSON.parse(answer.error) };
}

const transfer = (from: number) =>
  mnemonicToAccount(DEV_MNEMONIC, { addressIndex: from }).signTransaction({
    ...{ chainId: CHAIN_ID, nonce: 0, to: ACCOUNT, value: 1n, gas: 21_000n, type: 'eip1559' },
    ...{ maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n },
  });

describe('a call that names a block by its hash', () => {
  const forms: [string, (hash: string) => readonly unknown[]][] = [
    ['eth_call', (blockHash) => [{ to: ACCOUNT }, { blockHash }]],
    ['eth_call', (blockHash) => [{ to: ACCOUNT }, { blockHash, requireCanonical: true }]],
    ['eth_getBalance', (blockHash) => [ACCOUNT, { blockHash }]],
    ['eth_getCode', (blockHash) => [ACCOUNT, { blockHash }]],
    ['eth_getTransactionCount', (blockHash) => [ACCOUNT, { blockHash }]],
    ['eth_getStorageAt', (blockHash) => [ACCOUNT, '0x0', { blockHash }]],
    ['eth_getProof', (blockHash) => [ACCOUNT, [], { blockHash }]],
    ['eth_estimateGas', (blockHash) => [{ to: ACCOUNT }, { blockHash }]],
    ['eth_getLogs', (blockHash) => [{ blockHash }]],
    ['eth_getBlockByHash', (hash) => [hash, false]],
    ['eth_getBlockByHash', (hash) => [hash, true]],
    ['eth_getBlockReceipts', (hash) => [hash]],
    ['eth_getBlockTransactionCountByHash', (hash) => [hash]],
    ['eth_getTransactionByBlockHashAndIndex', (hash) => [hash, '0x0']],
    ['debug_traceBlockByHash', (hash) => [hash]],
  ];
  let hash: string;

  beforeAll(async () => {
    const { url } = nodes[NODES - 1] as Anvil;
    await rpc(url, 'eth_sendRawTransaction', [await transfer(1)]);
    await rpc(url, 'evm_mine');
    ({ hash } = (await rpc(url, 'eth_getBlockByNumber', ['0x1', false])) as { hash: string });
  });

  it.each(forms)('%s is answered by the one node that has the block (%#)', async (method, paramsOf) => {
    const { url } = nodes[NODES - 1] as Anvil;
    const expected = await rpc(url, method, paramsOf(hash));
    expect(expected).not.toBeNull();
    for (let calls = 0; calls < 10; calls += 1) {
      expect(await ask(method, paramsOf(hash))).toEqual({ result: expected });
    }
  });

  it.each(forms)(
    '%s of a block that nobody has is answered as the nodes do (%#)',
    async (method, paramsOf) => {
      const { url } = nodes[0] as Anvil;
      const params = paramsOf(`0x${'ab'.repeat(32)}`);
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
      expect(await ask(method, params)).toEqual(error === undefined ? { result } : { error });
      expect(router.services().map(({ failures }) => failures)).toEqual(nodes.map(() => 0));
    },
  );
});

describe('a session', () => {
  it('has its transaction at its own service, which tells it the next nonce', async () => {
    for (let from = 2; from < 10; from += 1) {
      const { address } = mnemonicToAccount(DEV_MNEMONIC, { addressIndex: from });
      const pending = (session: string) => ask('eth_getTransactionCount', [address, 'pending'], session);
      const session = `wallet-${from}`;
      expect(await pending(session)).toEqual({ result: '0x0' });
      await ask('eth_sendRawTransaction', [await transfer(from)], session);
      for (let calls = 0; calls < 10; calls += 1) expect(await pending(session)).toEqual({ result: '0x1' });
      const counts = await Promise.all(
        nodes.map(({ url }) => rpc(url, 'eth_getTransactionCount', [address, 'pending'])),
      );
      expect(counts.toSorted()).toEqual(['0x0', '0x0', '0x0', '0x1']);
    }
  });
});
