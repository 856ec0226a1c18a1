import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RawJson } from '../core/rawJson.ts';
import { ms, seconds } from '../core/units.ts';
import type { UpstreamCall, UpstreamOutcome } from '../upstream/outcome.ts';
import { clientOf } from '../upstream/upstreamClient.fixture.ts';
import { headReport } from './headPoller.ts';
import { call, DEADLINE, handClock, polledRouter, service, viewOf } from './networkRouter.fixture.ts';

const FAULTS = ['none', 'down', 'limited', 'stuck', 'ahead', 'null', 'moved'] as const;
type Fault = (typeof FAULTS)[number];

const hex = (number: number) => `"0x${number.toString(16)}"` as RawJson;
const ok = (result: string): UpstreamOutcome => ({ ok: true, result: result as RawJson, latencyMs: ms(5) });
const failed = (errorClass: 'provider' | 'capacity'): UpstreamOutcome => ({
  ok: false,
  class: errorClass,
  reason: 'http-status',
  latencyMs: ms(5),
});

/** A chain, and nodes that tell of it what their faults let them. */
function chainOf(count: number) {
  let head = 100;
  const nodes = Array.from({ length: count }, () => ({ fault: 'none' as Fault, stuckAt: head }));
  const answer = (index: number, { method, params }: UpstreamCall): UpstreamOutcome => {
    const node = nodes[index];
    if (node === undefined || node.fault === 'down') return failed('provider');
    if (node.fault === 'limited') return failed('capacity');
    const mine = node.fault === 'stuck' ? node.stuckAt : node.fault === 'ahead' ? head + 1_000_000 : head;
    if (method === 'eth_blockNumber') return ok(hex(mine));
    if (method === 'eth_chainId') return ok(hex(node.fault === 'moved' ? 2 : 1));
    if (method !== 'eth_getBlockByNumber') return ok('"0x"');
    const number = Number(JSON.parse(params ?? '[]')[0]);
    return ok(node.fault === 'null' || number > mine ? 'null' : `{"number":${hex(number)}}`);
  };
  return {
    answer,
    head: () => head,
    grow: (by: number) => {
      head += by;
    },
    set(index: number, fault: Fault) {
      const node = nodes[index];
      if (node) nodes[index] = { fault, stuckAt: node.fault === 'stuck' ? node.stuckAt : head };
    },
  };
}

const COUNT = 4;
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('calls' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('grow' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('faults' as const),
      /** Whom they spare. */
      good: fc.nat(COUNT - 1),
      faults: fc.array(fc.constantFrom(...FAULTS), { minLength: COUNT, maxLength: COUNT }),
    }),
  },
);

it('one good service of several is enough for right answers, whatever the others do and whenever they change', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const chain = chainOf(COUNT);
      const { clock, advance } = handClock();
      const upstream = clientOf(async ({ url }, asked) => chain.answer(Number(url), asked));
      const keys = Array.from({ length: COUNT }, (_, index) => String(index));
      const router = polledRouter(
        keys.map((key) => service(key, key)),
        { upstream, clock },
      );
      const ask = async (method: string, params = '[]') => {
        const answer = await router.forward(call(method, params), DEADLINE);
        if (answer.kind === 'error') throw new Error(`${method}: ${answer.error}`);
        return answer.result;
      };
      const poll = () => {
        advance(seconds(1));
        for (const key of keys) {
          const [number, id] = (['eth_blockNumber', 'eth_chainId'] as const).map((method) =>
            chain.answer(Number(key), { method }),
          );
          if (number) router.reportHead(key, headReport(number, id, 1));
        }
      };
      let highest = 0;
      for (const each of steps) {
        if (each.kind === 'grow') {
          chain.grow(1);
          poll();
        } else if (each.kind === 'faults') {
          // Nobody is asked who was on a wrong chain when last polled: it must be seen to be back first.
          for (const [index, fault] of each.faults.entries())
            chain.set(index, index === each.good ? 'none' : fault);
          if (viewOf(router, String(each.good))?.reason === 'wrong-chain') poll();
        } else {
          advance(50);
          const number = Number(JSON.parse(await ask('eth_blockNumber')));
          expect(number).toBeLessThanOrEqual(chain.head());
          // A stuck node is not told from a good one before it lags by more than allowed.
          expect(number).toBeGreaterThanOrEqual(Math.max(highest, chain.head() - 11));
          highest = number;
          expect(await ask('eth_getBlockByNumber', `[${hex(highest)},false]`)).toContain(hex(highest));
          expect(await ask('eth_chainId')).toBe('"0x1"');
          expect(await ask('eth_gasPrice')).toBe('"0x"');
        }
      }
    }),
    { numRuns: 200 },
  );
});
