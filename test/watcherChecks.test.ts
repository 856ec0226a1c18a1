import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../router/core/clock.ts';
import { type Ms, ms } from '../router/core/units.ts';
import { createUpstreamClient } from '../router/upstream/upstreamClient.ts';
import type { Check } from '../router/watcher/checks/check.ts';
import type { Fault } from '../router/watcher/checks/examine.ts';
import { createServiceExaminer } from '../router/watcher/checks/serviceExaminer.ts';
import { networkNodes } from '../router/watcher/finality/networkNodes.ts';
import type { Truth } from '../router/watcher/finality/truth.ts';
import { createTruths } from '../router/watcher/finality/truths.ts';
import { judgeProbe } from '../router/watcher/judgeProbe.ts';
import type { ProbeQuestion } from '../router/watcher/mix/question.ts';
import { KINDS } from '../router/watcher/mix/weights.ts';
import { probeableServices } from '../router/watcher/probeable.ts';
import { drawProbe } from '../router/watcher/probeMix.ts';
import { type CheckedNetwork, setOf, startCheckedNetwork } from './fixtures/checkedNetwork.ts';
import { type Behaviour, honest, leavesOutLogs, on, standsStillAt } from './fixtures/faultyEndpoint.ts';

const TIMEOUT = 5_000 as Ms;
const upstream = createUpstreamClient({ clock: systemClock, maxResponseBytes: 1024 * 1024 });
let stop = new AbortController();

afterAll(() => upstream.close());

function quietly() {}
const log = { debug: quietly, info: quietly, warn: quietly, error: quietly };

/** What is agreed and proven of the network as it is now. */
async function truthOf({ set, network }: CheckedNetwork, reference?: string): Promise<Truth> {
  const own = reference === undefined ? undefined : { url: reference, allowPrivate: true };
  const references = new Map(own === undefined ? [] : [[network.key, own]]);
  const truths = createTruths({
    ...{ upstream, clock: systemClock, random: Math.random, intervalMs: ms(10), log },
    networks: () => networkNodes(set, probeableServices(set, true), references),
  });
  const running = truths.run(stop.signal);
  try {
    return await vi.waitFor(
      () => {
        const truth = truths.of(network.key);
        if (truth === undefined) throw new Error('nothing is agreed');
        return truth;
      },
      { timeout: 20_000 },
    );
  } finally {
    stop.abort();
    await running;
    stop = new AbortController();
  }
}

/** A question about the anchor's block for each way to check it. */
function questionsOf(truth: Truth): Map<string, ProbeQuestion & { readonly check: Check }> {
  const found = new Map<string, ProbeQuestion & { readonly check: Check }>();
  for (let draw = 0; draw < 20_000; draw++) {
    const question = drawProbe({ capabilities: 127, truth }, Math.random);
    const { check, call } = question;
    if (check) found.set(`${call.method} ${call.params}`, { ...question, check });
  }
  return found;
}

/** Asks every service every question twice; what was found wrong of each. */
async function faultsOf(
  { set, endpoints, services }: CheckedNetwork,
  truth: Truth,
  methods?: readonly string[],
): Promise<Map<number, { readonly method: string; readonly fault: Fault }[]>> {
  const [nodes] = networkNodes(set, probeableServices(set, true), new Map());
  const examine = createServiceExaminer({ upstream, nodesOf: () => nodes });
  const questions = [...questionsOf(truth).values()].filter(
    ({ call }) => methods === undefined || methods.includes(call.method),
  );
  const probeable = probeableServices(set, true);
  const faults = new Map<number, { method: string; fault: Fault }[]>();
  for (const question of [...questions, ...questions]) {
    for (const [index] of endpoints.entries()) {
      const service = probeable.get(services[index]!.key);
      if (service === undefined) continue;
      const span = { startedAt: systemClock.now(), endedAt: systemClock.now() };
      const outcome = await upstream.call(service.target, question.call, { timeoutMs: TIMEOUT });
      const judged = judgeProbe(question, outcome, service.chainId, span);
      if (judged?.answer === undefined) continue;
      const fault = await examine(service, question, judged.answer, stop.signal);
      if (fault === undefined) continue;
      faults.set(index, [...(faults.get(index) ?? []), { method: question.call.method, fault }]);
    }
  }
  return faults;
}

type Answer = Record<string, unknown>;
const plusOne = (quantity: unknown) => `0x${(BigInt(quantity as string) + 1n).toString(16)}`;
const alters = (method: string, alter: (result: never) => unknown): Behaviour =>
  on(method, { kind: 'alter', alter: (result) => (result === null ? null : alter(result as never)) });

/** Each lies about one thing, and tells the truth about all else. */
const LIARS: readonly (readonly [what: string, methods: readonly string[], Behaviour])[] = [
  ['balances', ['eth_getBalance'], alters('eth_getBalance', plusOne)],
  ['nonces', ['eth_getTransactionCount'], alters('eth_getTransactionCount', plusOne)],
  ['code', ['eth_getCode'], alters('eth_getCode', (code) => `${code}00`)],
  ['storage', ['eth_getStorageAt'], alters('eth_getStorageAt', () => `0x${'77'.repeat(32)}`)],
  [
    'what eth_getProof says beside its proof',
    ['eth_getProof'],
    alters('eth_getProof', (proof: Answer) => ({ ...proof, balance: plusOne(proof.balance) })),
  ],
  ['logs, of which it omits one', ['eth_getLogs'], leavesOutLogs(({ logIndex }) => logIndex === '0x0')],
  [
    'receipts',
    ['eth_getTransactionReceipt'],
    alters('eth_getTransactionReceipt', (receipt: Answer) => ({ ...receipt, status: '0x0' })),
  ],
  [
    'the receipts of a block',
    ['eth_getBlockReceipts'],
    alters('eth_getBlockReceipts', (all: Answer[]) => [{ ...all[0], gasUsed: '0x1' }, ...all.slice(1)]),
  ],
  [
    'transactions',
    ['eth_getTransactionByHash'],
    alters('eth_getTransactionByHash', (found: Answer) => ({ ...found, value: plusOne(found.value) })),
  ],
  [
    'headers',
    ['eth_getBlockByHash'],
    alters('eth_getBlockByHash', (block: Answer) => ({ ...block, timestamp: plusOne(block.timestamp) })),
  ],
  [
    'the block at a height',
    ['eth_getBlockByNumber'],
    ({ method, params }) =>
      method === 'eth_getBlockByNumber' && String(params[0]).startsWith('0x')
        ? { kind: 'alter', alter: (block) => ({ ...(block as Answer), hash: `0x${'99'.repeat(32)}` }) }
        : { kind: 'pass' },
  ],
  ['calls', ['eth_call'], alters('eth_call', () => `0x${'99'.repeat(32)}`)],
];

describe('five operators on a network with the rules of Ethereum', () => {
  let world: CheckedNetwork;
  let truth: Truth;

  beforeAll(async () => {
    world = await startCheckedNetwork({ operators: 5 });
    truth = await truthOf(world);
  });
  afterEach(() => {
    for (const endpoint of world.endpoints) endpoint.behave(honest);
  });
  afterAll(() => world?.stop());

  test('a final block is agreed and all of it is proven', () => {
    expect(truth.anchor.agreedBy).toHaveLength(5);
    expect(truth.block?.transactions).toHaveLength(3);
    expect(truth.receipts?.receipts).toHaveLength(3);
    expect(truth.accounts.length).toBeGreaterThan(2);
    expect(truth.calls.map(({ to }) => to)).toContain(world.token);
  });

  test('every kind of traffic is asked for, and every honest answer stands', async () => {
    const asked = new Set<string>();
    for (let draw = 0; draw < 20_000; draw++)
      asked.add(drawProbe({ capabilities: 127, truth }, Math.random).call.method);
    // The kinds, two of which have one method, and five tests of capabilities, one of them by a method of the mix.
    expect(asked.size).toBe(KINDS.length + 4);
    expect(await faultsOf(world, truth)).toEqual(new Map());
  });

  test.each(LIARS)(
    'one that lies about %s is found out, and nobody else is accused',
    async (_, methods, lies) => {
      world.endpoints[4]!.behave(lies);
      const faults = await faultsOf(world, truth, methods);
      expect([...faults.keys()]).toEqual([4]);
      for (const { method } of faults.get(4)!) expect(methods).toContain(method);
    },
  );

  test('nodes at other heads, and one on a branch of blocks that are not final, are never accused', async () => {
    const other = await world.branch();
    await world.mine(3);
    const { asked } = world.endpoints[0]!;
    const before = asked.length;
    world.endpoints[0]!.behave(standsStillAt(BigInt(truth.anchor.number) - 2n));
    world.endpoints[1]!.behave(standsStillAt(BigInt(truth.anchor.number) + 1n));
    const branched = await branchedWorld(world, other.url);
    expect(await faultsOf(branched, truth)).toEqual(new Map());
    expect(asked.length).toBeGreaterThan(before);
  });

  test('one that is behind and answers for its newest block instead is not accused', async () => {
    const old = `0x${(truth.anchor.number - 5).toString(16)}`;
    world.endpoints[0]!.behave(({ method, params }) => {
      if (['eth_getBalance', 'eth_getTransactionCount', 'eth_getStorageAt', 'eth_getCode'].includes(method))
        return { kind: 'ask', params: [...params.slice(0, -1), old] };
      if (method === 'eth_getBlockByNumber') return { kind: 'alter', alter: () => null };
      return { kind: 'pass' };
    });
    expect(await faultsOf(world, truth)).toEqual(new Map());
  });

  test('a fault that comes once is no dissent', async () => {
    let lies = 1;
    world.endpoints[4]!.behave(({ method }) =>
      method === 'eth_call' && lies-- > 0
        ? { kind: 'alter', alter: () => `0x${'99'.repeat(32)}` }
        : { kind: 'pass' },
    );
    expect(await faultsOf(world, truth, ['eth_call'])).toEqual(new Map());
    expect(lies).toBeLessThan(1);
  });

  test('two of five that lie alike leave no quorum, and nobody is accused', async () => {
    for (const index of [3, 4])
      world.endpoints[index]!.behave(alters('eth_call', () => `0x${'99'.repeat(32)}`));
    expect(await faultsOf(world, truth, ['eth_call'])).toEqual(new Map());
  });
});

/** The same operators, the third of which runs another node. */
async function branchedWorld(world: CheckedNetwork, url: string): Promise<CheckedNetwork> {
  const services = world.services.map((service, index) => (index === 2 ? { ...service, url } : service));
  return { ...world, services, set: setOf(world.network, services) };
}

describe('a network of which nobody knows the rules', () => {
  let world: CheckedNetwork;
  let truth: Truth;

  beforeAll(async () => {
    world = await startCheckedNetwork({ operators: 5, chainId: 1337 });
    truth = await truthOf(world);
  });
  afterAll(() => world?.stop());

  test('a contradiction is a voice among others: one against four is found out', async () => {
    world.endpoints[4]!.behave(alters('eth_getBalance', plusOne));
    const faults = await faultsOf(world, truth, ['eth_getBalance']);
    expect([...faults.keys()]).toEqual([4]);
    expect(faults.get(4)?.every(({ fault }) => fault.kind === 'dissents')).toBe(true);
  });

  test('when most contradict what is proven, the rules are others and nobody lies', async () => {
    for (const index of [0, 1, 2, 3]) world.endpoints[index]!.behave(alters('eth_getBalance', plusOne));
    world.endpoints[4]!.behave(honest);
    expect(await faultsOf(world, truth, ['eth_getBalance'])).toEqual(new Map());
  });
});
