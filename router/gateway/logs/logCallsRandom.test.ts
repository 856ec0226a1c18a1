import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import { type Behaviour, body, reset, result, rpcError } from '../../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../../upstream/upstreamClient.ts';
import {
  hex,
  type LogChain,
  type LogRule,
  logsOf,
  nodeOf,
  over,
  rawList,
  startLogServices,
} from './logChain.fixture.ts';

const upstream = createUpstreamClient({ clock: systemClock });
afterAll(() => upstream.close());

const MOST_LOGS_OF_A_BLOCK = 4;

const log = fc.constantFrom(
  '{"data":"0x","n":1.0}',
  '{"s":"\\u00e9", "s":"é"}',
  '{ "list" : [ [], {} ] }',
  '{"big":123456789012345678901234567890}',
);
const chain = fc
  .array(fc.tuple(fc.nat(500), fc.array(log, { minLength: 1, maxLength: MOST_LOGS_OF_A_BLOCK })), {
    maxLength: 60,
    size: 'max',
  })
  .map((blocks): LogChain => new Map(blocks));

const WORDS: readonly ((most: number, from: number, to: number) => { code: number; message: string })[] = [
  (most) => ({ code: -32_602, message: `query exceeds max block range ${most}` }),
  (most) => ({ code: -32_614, message: `eth_getLogs is limited to a ${most} range` }),
  () => ({ code: -32_600, message: 'block range is too wide' }),
  () => ({ code: -32_005, message: 'query returned more than 10000 results' }),
  (most, from) => ({
    code: -32_602,
    message: `this block range should work: [${hex(from)}, ${hex(from + most - 1)}]`,
  }),
  // In no table.
  (most) => ({ code: -32_099, message: `${most} blocks is where it becomes too wide` }),
];

const limit = fc.record({
  of: fc.constantFrom('blocks' as const, 'logs' as const),
  most: fc.integer({ min: MOST_LOGS_OF_A_BLOCK, max: 120 }),
  words: fc.constantFrom(...WORDS),
});

const FAULTS: Readonly<Record<string, Behaviour>> = {
  reset,
  busy: rpcError({ code: -32_005, message: 'rate limit exceeded' }, 429, { 'retry-after': '0' }),
  broken: body('<html>', 502),
  internal: rpcError({ code: -32_603, message: 'internal error' }),
  noList: result({ logs: [] }),
};
/** What happens to the first questions that a service is asked. */
const faults = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(FAULTS)) },
  ),
  { maxLength: 16, size: 'max' },
);

const services = fc.array(fc.record({ limit, faults }), { minLength: 1, maxLength: 3 });
const scenario = fc.record({
  chain,
  services,
  from: fc.nat(100),
  blocks: fc.integer({ min: 1, max: 400 }),
  maxParts: fc.constantFrom(3, 1_000),
  maxBytes: fc.constantFrom(200, 1_000_000),
  concurrency: fc.integer({ min: 1, max: 6 }),
});

test('whatever services refuse and fail, the answer is all logs as the chain has them, or a clear error', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { from } = given;
      const to = from + given.blocks - 1;
      const behaviours = given.services.map((service) => {
        const left = [...service.faults];
        const rule: LogRule = (span, logs) => {
          const fault = left.shift();
          if (fault) return FAULTS[fault];
          const { of, most, words } = service.limit;
          const size = of === 'blocks' ? span.to - span.from + 1 : logs.length;
          return size > most ? rpcError(words(most, span.from, span.to)) : undefined;
        };
        return nodeOf(given.chain, rule);
      });
      const { maxParts, maxBytes, concurrency } = given;
      const running = await startLogServices({
        upstream,
        behaviours,
        bounds: { maxParts, maxBytes, concurrency },
      });
      try {
        const text = rawList(logsOf(given.chain, { from, to }));
        const truth = Buffer.from(text).toString('latin1');
        const canFail = given.services.some((service) => service.faults.some((fault) => fault !== undefined));
        for (let time = 0; time < 2; time += 1) {
          const answer = await running.ask(over(from, to));
          expect(answer.attempts.length).toBeLessThanOrEqual(64);
          if (answer.kind === 'result') {
            // A list that is none is passed on as it came, when nothing was to be joined.
            if (answer.parts === undefined && answer.result === '{"logs":[]}') continue;
            expect(answer.result).toBe(truth);
          } else {
            const { code, message } = JSON.parse(answer.error);
            expect(message).toMatch(/\w/);
            if (answer.refused) {
              expect(code).toBe(-32_005);
              expect(maxParts < 1_000 || truth.length > maxBytes || message.includes('at most')).toBe(true);
            } else {
              expect(canFail).toBe(true);
            }
          }
        }
        expect(running.router.services().every(({ inFlight }) => inFlight === 0)).toBe(true);
      } finally {
        await running.close();
      }
    }),
    { numRuns: 60 },
  );
});
