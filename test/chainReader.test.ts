import type { Hex } from 'viem';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { discoverRegistry, type RegistryContracts } from '../router/chain/contracts.ts';
import { createSettlementEndpoints, type SettlementEndpoints } from '../router/chain/settlementEndpoints.ts';
import { type ChainQuirks, createChainQuirks } from '../router/indexer/chainQuirks.ts';
import { type ChainReader, createChainReader } from '../router/indexer/chainReader.ts';
import { admits, admitsAnyOf } from '../router/indexer/logsBloom.ts';
import { askLogs } from '../router/indexer/nodeQuestions.ts';
import type { RegistryEvent } from '../router/registry/events.ts';
import {
  type Behaviour,
  type FaultyEndpoint,
  honest,
  leavesOutLogs,
  on,
  type RpcLog,
  standsStillAt,
  startFaultyEndpoint,
} from './fixtures/faultyEndpoint.ts';
import { addNetwork } from './fixtures/settlementCalls.ts';
import {
  devAccount,
  SETTLEMENT_CHAIN_ID,
  type SettlementChain,
  startSettlementChain,
} from './fixtures/settlementChain.ts';
import { createTestClock } from './fixtures/testClock.ts';

const NETWORKS = 4;
// For those that hang: long enough for the honest on a machine under load.
const TIMEOUT_MS = 4_000;

let chain: SettlementChain;
let contracts: RegistryContracts;
/** Of the networks' additions, each with the block after it, which has none. */
let added: { readonly number: bigint; readonly caip2: string }[];
let head: bigint;
let faulty: [FaultyEndpoint, FaultyEndpoint, FaultyEndpoint];
let quirks: ChainQuirks;
const cleanups: (() => Promise<unknown>)[] = [];
const logged: { event: string; values: object }[] = [];
const record = (values: object, event: string) => logged.push({ event, values });

beforeAll(async () => {
  chain = await startSettlementChain();
  contracts = await discoverRegistry(chain.client, chain.deployment.registry);
  added = [];
  for (let index = 0; index < NETWORKS; index++) {
    const caip2 = `eip155:${index + 1}`;
    const { blockNumber } = await addNetwork(chain, index + 1);
    added.push({ number: blockNumber, caip2 });
    await chain.rpc('anvil_mine', '0x1');
  }
  head = await chain.client.getBlockNumber();
});
afterAll(() => chain?.stop());

beforeEach(async () => {
  const started = () => startFaultyEndpoint(chain.anvil.url);
  faulty = [await started(), await started(), await started()];
  for (const endpoint of faulty) cleanups.push(() => endpoint.die());
  quirks = createChainQuirks({ warn: record });
  logged.length = 0;
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Endpoints in the order of {@link faulty}, as many as there are behaviours. */
function endpointsThat(...behaviours: Behaviour[]): SettlementEndpoints {
  const rpcUrls = behaviours.map((behaviour, index) => {
    faulty[index]?.behave(behaviour);
    return faulty[index]?.url ?? '';
  });
  const endpoints = createSettlementEndpoints({
    ...{ rpcUrls, chainId: SETTLEMENT_CHAIN_ID, clock: createTestClock(), timeoutMs: TIMEOUT_MS },
    logger: { info: record, warn: record },
  });
  cleanups.push(() => endpoints.close());
  return endpoints;
}

async function look<T>(
  endpoints: SettlementEndpoints,
  work: (reader: ChainReader) => Promise<T>,
): Promise<T> {
  return await endpoints.look(
    async (endpoint) => await work(createChainReader(endpoint, contracts, quirks)),
    new AbortController().signal,
  );
}

const namesOf = (events: readonly RegistryEvent[] | undefined) =>
  events?.flatMap((event) => (event.type === 'networkAdded' ? [event.caip2] : []));
const states = (endpoints: SettlementEndpoints) => endpoints.status().map(({ state }) => state);

/** All blocks one by one. */
async function blockByBlock(reader: ChainReader): Promise<readonly RegistryEvent[]> {
  const events: RegistryEvent[] = [];
  for (let number = (added[0]?.number ?? 0n) - 1n; number <= head; number++) {
    const block = await reader.blockAt(number);
    if (block !== undefined) events.push(...(await reader.eventsOf(block.hash)));
  }
  return events;
}

const inOneRange = async (reader: ChainReader) =>
  (await reader.eventsBetween(added[0]?.number ?? 0n, head)) ?? expect.fail('the chain did not change');
const WAYS = [
  ['block by block', blockByBlock],
  ['in a range', inOneRange],
] as const;

/** A log of the first network's addition once more, in a block that has none. */
function makesUp(alter: (log: RpcLog) => RpcLog): Behaviour {
  const from = added[0];
  return ({ method, params }) => {
    if (method !== 'eth_getLogs') return { kind: 'pass' };
    const [filter] = params as [{ blockHash?: string }];
    return {
      kind: 'alter',
      alter: (logs) => {
        const real = logs as RpcLog[];
        const isHere = filter.blockHash === undefined || filter.blockHash === emptyBlock.hash;
        if (!isHere || from === undefined) return real;
        return [...real, alter(template)];
      },
    };
  };
}

let template: RpcLog;
let emptyBlock: { hash: string; number: bigint };
beforeAll(async () => {
  const number = added[0]?.number ?? 0n;
  const [log] = (await chain.rpc('eth_getLogs', {
    address: chain.deployment.registry,
    fromBlock: `0x${number.toString(16)}`,
    toBlock: `0x${number.toString(16)}`,
  })) as [RpcLog];
  const empty = await chain.client.getBlock({ blockNumber: number + 1n });
  emptyBlock = empty;
  template = { ...log, blockNumber: `0x${empty.number.toString(16)}`, blockHash: empty.hash };
});

const zeroBlooms =
  (behaviour: Behaviour): Behaviour =>
  (call) => {
    if (!call.method.startsWith('eth_getBlockBy')) return behaviour(call);
    const alter = (block: unknown) =>
      block === null ? null : { ...(block as object), logsBloom: `0x${'00'.repeat(256)}` };
    return { kind: 'alter', alter };
  };

describe.each(WAYS)('events read %s', (way, read) => {
  const all = () => added.map(({ caip2 }) => caip2);
  const isThird = ({ blockNumber }: RpcLog) => BigInt(blockNumber) === added[2]?.number;

  it('are all there with one endpoint, and with two that agree', async () => {
    expect(namesOf(await look(endpointsThat(honest), read))).toEqual(all());
    const both = endpointsThat(honest, honest);
    expect(namesOf(await look(both, read))).toEqual(all());
    expect(states(both)).toEqual(['ok', 'ok']);
    expect(faulty[1].asked).toContain('eth_getLogs');
    expect(logged).toEqual([]);
  });

  it.each<[what: string, () => Behaviour]>([
    ['all events', () => leavesOutLogs()],
    ['one event', () => leavesOutLogs(isThird)],
  ])('are complete although the endpoint in use leaves out %s, and it is left', async (_, lie) => {
    const endpoints = endpointsThat(lie(), honest);
    expect(namesOf(await look(endpoints, read))).toEqual(all());
    expect(endpoints.status()).toMatchObject([
      { state: 'missingLogs', lastError: expect.stringContaining('block') },
      { state: 'ok' },
    ]);
  });

  it('are complete although the witness leaves out one, and that is left', async () => {
    const endpoints = endpointsThat(honest, leavesOutLogs(isThird));
    expect(namesOf(await look(endpoints, read))).toEqual(all());
    expect(states(endpoints)).toEqual(['ok', 'missingLogs']);
  });

  it('are without the one that an endpoint makes up', async () => {
    const lie = makesUp((log) => log);
    const inUse = endpointsThat(lie, honest);
    expect(namesOf(await look(inUse, read))).toEqual(all());
    expect(states(inUse)).toEqual(['missingLogs', 'ok']);
    if (way === 'block by block') return;
    const witness = endpointsThat(honest, lie);
    expect(namesOf(await look(witness, read))).toEqual(all());
    expect(states(witness)).toEqual(['ok', 'missingLogs']);
  });

  it('are what two of three say where one alters them', async () => {
    const lie = on('eth_getLogs', {
      kind: 'alter',
      alter: (logs) =>
        (logs as RpcLog[]).map((log) => (isThird(log) ? { ...log, data: `${log.data}00` } : log)),
    });
    const inUse = endpointsThat(lie, honest, honest);
    expect(namesOf(await look(inUse, read))).toEqual(all());
    expect(states(inUse)).toEqual(['missingLogs', 'ok', 'ok']);
    const witness = endpointsThat(honest, lie, honest);
    expect(namesOf(await look(witness, read))).toEqual(all());
    expect(states(witness)).toEqual(['ok', 'missingLogs', 'ok']);
  });

  it('go on without a witness that refuses, and blame it for nothing', async () => {
    const refusal = {
      kind: 'error',
      code: -32005,
      message: 'query returned more than 10000 results',
    } as const;
    const endpoints = endpointsThat(honest, on('eth_getLogs', refusal));
    expect(namesOf(await look(endpoints, read))).toEqual(all());
    expect(states(endpoints)).toEqual(['ok', 'ok']);
  });

  it('go on without a witness that fails, hangs or talks nonsense, which is left', async () => {
    for (const reaction of [
      { kind: 'status', status: 502 },
      { kind: 'hang' },
      { kind: 'alter', alter: () => 'nonsense' },
    ] as const) {
      const endpoints = endpointsThat(honest, on('eth_getLogs', reaction));
      expect(namesOf(await look(endpoints, read))).toEqual(all());
      expect(states(endpoints)).toEqual(['ok', 'down']);
    }
  });

  it('are as they were read where the witness has not come so far', async () => {
    const endpoints = endpointsThat(honest, standsStillAt((added[2]?.number ?? 0n) - 1n));
    expect(namesOf(await look(endpoints, read))).toEqual(all());
    expect(states(endpoints)).toEqual(['ok', 'ok']);
  });

  it('are believed on a chain whose blooms are empty, and compared all the same', async () => {
    const endpoints = endpointsThat(zeroBlooms(honest), zeroBlooms(honest));
    expect(namesOf(await look(endpoints, read))).toEqual(all());
    expect(states(endpoints)).toEqual(['ok', 'ok']);
    expect(quirks.bloomsUsable()).toBe(way === 'in a range');
    const expected = way === 'in a range' ? [] : ['settlement_bloom_unusable'];
    expect(logged.map(({ event }) => event)).toEqual(expected);
    const lies = endpointsThat(zeroBlooms(leavesOutLogs(isThird)), zeroBlooms(honest));
    await look(lies, blockByBlock);
    expect(namesOf(await look(lies, read))).toEqual(all());
    expect(states(lies)).toEqual(['missingLogs', 'ok']);
  });

  it.each<[what: string, (log: RpcLog) => RpcLog]>([
    ['of another account', (log) => ({ ...log, address: devAccount(9).address })],
    ['that were removed', (log) => ({ ...log, removed: true })],
    ['of another block', (log) => ({ ...log, blockNumber: '0x0', blockHash: `0x${'00'.repeat(32)}` })],
    ['twice', (log) => log],
  ])('are not taken from an endpoint that answers with logs %s', async (what, alter) => {
    const lie = on('eth_getLogs', {
      kind: 'alter',
      alter: (logs) => (what === 'twice' ? [logs, logs].flat() : (logs as RpcLog[]).map(alter)),
    });
    const endpoints = endpointsThat(lie, honest);
    expect(namesOf(await look(endpoints, read))).toEqual(all());
    expect(endpoints.status()[0]).toMatchObject({
      state: 'down',
      lastError: expect.stringContaining('malformed'),
    });
  });
});

describe('events of a range', () => {
  const leavesOutOfRanges: Behaviour = (call) =>
    call.method === 'eth_getLogs' && 'fromBlock' in (call.params[0] as object)
      ? leavesOutLogs()(call)
      : honest(call);

  it('are complete although an endpoint leaves them out of ranges alone, and it is left', async () => {
    const inUse = endpointsThat(leavesOutOfRanges, honest);
    expect(namesOf(await look(inUse, inOneRange))).toHaveLength(NETWORKS);
    expect(states(inUse)).toEqual(['missingLogs', 'ok']);
    const witness = endpointsThat(honest, leavesOutOfRanges);
    expect(namesOf(await look(witness, inOneRange))).toHaveLength(NETWORKS);
    expect(states(witness)).toEqual(['ok', 'missingLogs']);
  });
});

describe('the blooms of real blocks', () => {
  it('admit the logs that are in them, and no others', async () => {
    const addresses = [contracts.registry, contracts.vault];
    for (let number = 0n; number <= head; number++) {
      const { logsBloom } = await chain.client.getBlock({ blockNumber: number });
      const question = {
        addresses: addresses.map((address) => address.toLowerCase() as Hex),
        blocks: { from: number, to: number },
      };
      const answer = await askLogs(chain.client, question);
      const logs = answer.kind === 'logs' ? answer.logs : expect.fail(answer.problem);
      expect(logs.every((log) => admits(logsBloom, log))).toBe(true);
      expect(admitsAnyOf(logsBloom, addresses)).toBe(logs.length > 0);
      for (const log of logs) {
        expect(admits(logsBloom, { ...log, address: devAccount(9).address })).toBe(false);
        expect(admits(logsBloom, { ...log, topics: [`0x${'ab'.repeat(32)}`] })).toBe(false);
      }
    }
  });
});

describe('events of one block', () => {
  it('cost one request where the bloom excludes them, and ask no witness', async () => {
    const endpoints = endpointsThat(honest, honest);
    await look(endpoints, async (reader) => {
      const block = await reader.blockAt(emptyBlock.number);
      const before = [faulty[0].asked.length, faulty[1].asked.length] as const;
      expect(await reader.eventsOf(block?.hash ?? '0x')).toEqual([]);
      expect(faulty[0].asked.slice(before[0])).toEqual(['eth_getLogs']);
      expect(faulty[1].asked.slice(before[1])).toEqual([]);
    });
  });

  it('are asked for once more where the bloom admits them and a lone endpoint has none yet', async () => {
    let answers = 0;
    const late = on('eth_getLogs', { kind: 'alter', alter: (logs) => (answers++ === 0 ? [] : logs) });
    const [first] = added;
    const events = await look(endpointsThat(late), async (reader) => {
      const block = await reader.blockAt(first?.number ?? 0n);
      return await reader.eventsOf(block?.hash ?? '0x');
    });
    expect(namesOf(events)).toEqual([first?.caip2]);
    expect(answers).toBe(2);
  });

  it('are not a fault of one that was merely late', async () => {
    let answers = 0;
    const late = on('eth_getLogs', { kind: 'alter', alter: (logs) => (answers++ === 0 ? [] : logs) });
    const [first] = added;
    for (const behaviours of [
      [late, honest],
      [honest, late],
    ]) {
      answers = 0;
      const endpoints = endpointsThat(...behaviours);
      const events = await look(endpoints, async (reader) => {
        const block = await reader.blockAt(first?.number ?? 0n);
        return await reader.eventsOf(block?.hash ?? '0x');
      });
      expect(namesOf(events)).toEqual([first?.caip2]);
      expect(states(endpoints)).toEqual(['ok', 'ok']);
    }
  });

  it('are believed of a lone endpoint against the bloom, which is then worth nothing', async () => {
    const endpoints = endpointsThat(zeroBlooms(honest));
    await look(endpoints, blockByBlock);
    await look(endpoints, blockByBlock);
    expect(logged.map(({ event }) => event)).toEqual(['settlement_bloom_unusable']);
  });
});

describe('the chain reader', () => {
  it('gives blocks as the chain has them', async () => {
    const endpoints = endpointsThat(honest);
    await look(endpoints, async (reader) => {
      const { number, hash, parentHash, timestamp } = await chain.client.getBlock();
      expect(await reader.head()).toEqual({ number, hash, parentHash, timestamp: Number(timestamp) });
      expect(await reader.blockAt(number)).toEqual(await reader.head());
      expect(await reader.blockAt(number + 1n)).toBeUndefined();
    });
    expect(endpoints.status()[0]?.head).toBe(head);
  });

  it.each(['nonsense', { number: '0x1' }, null])('leaves an endpoint whose head is %j', async (answer) => {
    const endpoints = endpointsThat(
      on('eth_getBlockByNumber', { kind: 'alter', alter: () => answer }),
      honest,
    );
    expect(await look(endpoints, async (reader) => (await reader.head()).number)).toBe(head);
    expect(states(endpoints)).toEqual(['down', 'ok']);
  });

  it('tells the final block as the chain does', async () => {
    const { number } = await chain.client.getBlock({ blockTag: 'finalized' });
    expect(await look(endpointsThat(honest), (reader) => reader.final())).toBe(number);
  });

  const refusesTag = (code: number, message: string): Behaviour => {
    return ({ method, params }) =>
      method === 'eth_getBlockByNumber' && params[0] === 'finalized'
        ? { kind: 'error', code, message }
        : { kind: 'pass' };
  };

  it('learns once that a chain does not tell', async () => {
    const endpoints = endpointsThat(refusesTag(-32602, 'invalid argument 0: hex string without 0x prefix'));
    expect(await look(endpoints, (reader) => reader.final())).toBeUndefined();
    const asked = faulty[0].asked.length;
    expect(await look(endpoints, (reader) => reader.final())).toBeUndefined();
    expect(faulty[0].asked).toHaveLength(asked);
    expect(states(endpoints)).toEqual(['ok']);
  });

  it('asks again where nothing is final yet', async () => {
    const endpoints = endpointsThat(refusesTag(-32000, 'finalized block not found'));
    expect(await look(endpoints, (reader) => reader.final())).toBeUndefined();
    faulty[0].behave(honest);
    expect(await look(endpoints, (reader) => reader.final())).toBeTypeOf('bigint');
  });

  it('takes a failure for one', async () => {
    const endpoints = endpointsThat(refusesTag(-32603, 'internal error'), honest);
    expect(await look(endpoints, (reader) => reader.final())).toBeTypeOf('bigint');
    expect(states(endpoints)).toEqual(['down', 'ok']);
  });
});

describe('a witness on another branch', () => {
  const otherHash = `0x${'77'.repeat(32)}`;
  const third = () => added[2]?.number ?? 0n;
  /** Another block at the height of the third event, without it. */
  const branch: Behaviour = ({ method, params }) => {
    if (method === 'eth_getBlockByNumber' && params[0] === `0x${third().toString(16)}`)
      return { kind: 'alter', alter: (block) => ({ ...(block as object), hash: otherHash }) };
    return leavesOutLogs(({ blockNumber }) => BigInt(blockNumber) === third())({ method, params });
  };
  const finalAt =
    (number: bigint, behaviour: Behaviour): Behaviour =>
    (call) =>
      call.method === 'eth_getBlockByNumber' && call.params[0] === 'finalized'
        ? { kind: 'ask', params: [`0x${number.toString(16)}`, false] }
        : behaviour(call);

  it('has no say about blocks that are not final, and is blamed for nothing', async () => {
    const endpoints = endpointsThat(finalAt(third() - 1n, honest), branch);
    expect(namesOf(await look(endpoints, inOneRange))).toHaveLength(NETWORKS);
    expect(states(endpoints)).toEqual(['ok', 'ok']);
  });

  it('serves another chain where ours is final', async () => {
    const endpoints = endpointsThat(finalAt(third(), honest), branch);
    expect(namesOf(await look(endpoints, inOneRange))).toHaveLength(NETWORKS);
    expect(endpoints.status()[1]).toMatchObject({
      state: 'wrongChain',
      lastError: `another block ${third()}, which is final`,
    });
  });
});
