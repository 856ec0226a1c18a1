import { expect, test } from 'vitest';
import type { ErrorClass } from '../core/errorClass.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { Ms } from '../core/units.ts';
import type { FailureReason, UpstreamOutcome } from '../upstream/outcome.ts';
import { judgeProbe } from './judgeProbe.ts';
import { drawProbe, type ProbeQuestion } from './probeMix.ts';

const span = { startedAt: 10 as Ms, endedAt: 60 as Ms };
const answer = (result: string): UpstreamOutcome => ({
  ok: true,
  result: result as RawJson,
  latencyMs: 50 as Ms,
});
const failure = (kind: ErrorClass, reason: FailureReason): UpstreamOutcome => ({
  ok: false,
  class: kind,
  reason,
  latencyMs: 50 as Ms,
});

/** The mix's question of that method. */
function question(method: string): ProbeQuestion {
  for (let share = 0; share < 1; share += 0.01) {
    const drawn = drawProbe(() => share);
    if (drawn.call.method === method) return drawn;
  }
  throw new Error(`${method} is not in the mix`);
}

function judge(method: string, outcome: UpstreamOutcome) {
  return judgeProbe(question(method), outcome, 1337, span);
}

test('a head is read from eth_blockNumber and from the latest block', () => {
  expect(judge('eth_blockNumber', answer('"0x2a"'))).toEqual({
    ...span,
    ok: true,
    latencyMs: 50,
    head: 42,
    mismatch: false,
  });
  expect(judge('eth_getBlockByNumber', answer('{"number":"0x2a","hash":"0x00"}'))?.head).toBe(42);
});

test('a foreign chain id is a mismatch of a service that answers', () => {
  expect(judge('eth_chainId', answer('"0x539"'))).toMatchObject({ ok: true, mismatch: false });
  expect(judge('eth_chainId', answer('"0x1"'))).toMatchObject({ ok: true, mismatch: true });
});

test.each([
  ['eth_blockNumber', 'null'],
  ['eth_blockNumber', '12'],
  ['eth_blockNumber', '"0x"'],
  ['eth_blockNumber', `"0x${'f'.repeat(64)}"`],
  ['eth_blockNumber', '{'],
  ['eth_chainId', '"1337"'],
  ['eth_chainId', '[]'],
  ['eth_getBlockByNumber', 'null'],
  ['eth_getBlockByNumber', '{"__proto__":{"number":"0x1"}}'],
  ['eth_getBlockByNumber', '"0x1"'],
  ['eth_gasPrice', 'true'],
  ['eth_getBalance', '"12 ether"'],
])('%s answered with %s is a failure', (method, result) => {
  expect(judge(method, answer(result))).toMatchObject({ ok: false, head: undefined, mismatch: false });
});

test('amounts beyond safe integers are well-formed', () => {
  expect(judge('eth_gasPrice', answer('"0xffffffffffffffffffff"'))?.ok).toBe(true);
  expect(judge('eth_getBalance', answer('"0x0"'))?.ok).toBe(true);
});

test('a rate limit and an aborted probe say nothing about a service', () => {
  expect(judge('eth_blockNumber', failure('capacity', 'http-status'))).toBeUndefined();
  expect(judge('eth_blockNumber', failure('provider', 'aborted'))).toBeUndefined();
});

test.each(['provider', 'client', 'capability', 'known'] as const)(
  'an error of class %s in reply to an everyday question is a failure',
  (kind) => {
    expect(judge('eth_blockNumber', failure(kind, 'rpc-error'))).toMatchObject({ ok: false });
  },
);

test('each draw is of the mix, and most draws ask for a head', () => {
  const heads = Array.from({ length: 100 }, (_, index) => drawProbe(() => index / 100)).filter(({ call }) =>
    ['eth_blockNumber', 'eth_getBlockByNumber'].includes(call.method),
  );
  expect(heads.length).toBeGreaterThan(50);
  expect(heads.length).toBeLessThan(100);
});
