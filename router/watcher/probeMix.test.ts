import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAPABILITY_BITS, KNOWN_CAPABILITIES } from '../core/capability.ts';
import type { Hex } from '../registry/providerSet.ts';
import type { Truth } from './finality/truth.ts';
import { HEAD_SHARE, WEIGHTS } from './mix/weights.ts';
import { drawProbe } from './probeMix.ts';
import { blocksWithReceipts, headerOf, receiptsOf } from './proof/mainnet.fixture.ts';

const fixture = blocksWithReceipts.find((one) => one.receipts?.some(({ logs }) => logs.length > 0))!;
const slot: Hex = `0x${'00'.repeat(32)}`;
const receipts = receiptsOf(fixture);
const seen: Hex = `0x${'ab'.repeat(20)}`;
const holder: Hex = `0x${'cd'.repeat(20)}`;
const number = Number(fixture.block.number);

function truth(head: number): Truth {
  return {
    anchor: { header: headerOf(fixture), number, head, agreedBy: [] },
    isNear: head - number <= 96,
    block: receipts.block,
    receipts,
    accounts: [
      {
        ...{ address: seen, balance: '0x1', nonce: '0x2', codeHash: '0x', storageHash: '0x' },
        ...{ storage: new Map([[slot, slot]]), answer: {} },
      },
    ],
    addresses: [seen, holder],
    calls: [{ from: holder, to: seen, data: '0x18160ddd', result: '0x2a' }],
  };
}

const near = truth(number + 70);
const everything = { capabilities: KNOWN_CAPABILITIES, truth: near };

test('before anything is known of a network only its head, its id and its price are asked for', () => {
  const asked = Array.from(
    { length: 2_000 },
    () => drawProbe({ capabilities: 127, truth: undefined }, Math.random).call,
  );
  expect(new Set(asked.map(({ method }) => method))).toEqual(
    new Set(['eth_blockNumber', 'eth_getBlockByNumber', 'eth_chainId', 'eth_gasPrice']),
  );
  expect(asked.every(({ params }) => params === '[]' || params === '["latest",false]')).toBe(true);
});

test('methods come as often as in traffic, and a quarter of all probes ask for the head besides', () => {
  const draws = 20_000;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const { method } = drawProbe({ ...everything, capabilities: CAPABILITY_BITS.full }, Math.random).call;
    counts.set(method, (counts.get(method) ?? 0) + 1);
  }
  const whole = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
  const expected = ((1 - HEAD_SHARE) * WEIGHTS.call) / whole;
  const share = (counts.get('eth_call') ?? 0) / draws;
  // Ten standard deviations.
  expect(Math.abs(share - expected)).toBeLessThan(0.035);
  expect((counts.get('eth_blockNumber') ?? 0) / draws).toBeGreaterThan(0.2);
});

test('whatever chance says, a question is drawn, and what it names was seen on the network', () => {
  const known = new Set(
    [seen, holder, ...receipts.receipts.flatMap(({ logs }) => logs.map(({ address }) => address))].map(
      String,
    ),
  );
  const chance = fc.infiniteStream(fc.double({ min: 0, max: 0.9999 }));
  const scene = fc.constantFrom(near, truth(number + 5_000), {
    ...near,
    ...{ block: undefined, receipts: undefined, accounts: [], addresses: [], calls: [] },
  });
  fc.assert(
    fc.property(chance, scene, fc.nat(127), (stream, scenery, capabilities) => {
      const random = () => stream.next().value as number;
      const { call } = drawProbe({ capabilities, truth: scenery }, random);
      for (const [address] of (call.params ?? '').matchAll(/0x[0-9a-f]{40}(?=")/g))
        expect(known).toContain(address);
    }),
    { numRuns: 500 },
  );
});

test('only capabilities that a service declares are tested, now and then', () => {
  const tested = (capabilities: number) => {
    const found = Array.from(
      { length: 4_000 },
      () => drawProbe({ capabilities, truth: near }, Math.random).tests,
    );
    return found.filter((name) => name !== undefined);
  };
  expect(tested(CAPABILITY_BITS.full | CAPABILITY_BITS.websocket)).toEqual([]);
  const claimed = tested(CAPABILITY_BITS.full | CAPABILITY_BITS.trace | CAPABILITY_BITS.archive);
  expect(new Set(claimed)).toEqual(new Set(['trace', 'archive']));
  expect(claimed.length).toBeLessThan(400);
});

test('the state of a block that full nodes have forgotten is not asked of them', () => {
  const old = truth(number + 5_000);
  const place = headerOf(fixture).fields.number;
  for (let draw = 0; draw < 5_000; draw++) {
    const { call } = drawProbe({ capabilities: CAPABILITY_BITS.full, truth: old }, Math.random);
    if (!/eth_(?:getBalance|getCode|getStorageAt|getTransactionCount|call)$/.test(call.method)) continue;
    expect(call.params).toContain('"latest"');
    expect(call.params).not.toContain(place);
  }
});
