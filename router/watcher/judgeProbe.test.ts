import { expect, test } from 'vitest';
import type { ErrorClass } from '../core/errorClass.ts';
import type { Lack } from '../core/errorTable.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { Ms } from '../core/units.ts';
import type { FailureReason, UpstreamOutcome } from '../upstream/outcome.ts';
import { judgeProbe } from './judgeProbe.ts';
import { blockNumber, chainId, gasPrice, latestBlock } from './mix/headQuestions.ts';
import { anyData, anyObject, anyQuantity, callOf, type Excuse, type ProbeQuestion } from './mix/question.ts';

const span = { startedAt: 10 as Ms, endedAt: 60 as Ms };
const answer = (result: string): UpstreamOutcome => ({
  ok: true,
  result: result as RawJson,
  latencyMs: 50 as Ms,
});
const failure = (kind: ErrorClass, reason: FailureReason, lack?: Lack): UpstreamOutcome => ({
  ok: false,
  class: kind,
  reason,
  lack,
  latencyMs: 50 as Ms,
});

const balance: ProbeQuestion = { call: callOf('eth_getBalance', ['0x00', 'latest']), read: anyQuantity };
const excusing = (...excuses: Excuse[]): ProbeQuestion => ({
  call: callOf('eth_call', []),
  read: anyData,
  excuses,
});
const tracing: ProbeQuestion = { call: callOf('trace_block', []), read: anyObject, tests: 'trace' };

function judge(question: ProbeQuestion, outcome: UpstreamOutcome) {
  return judgeProbe(question, outcome, 1337, span)?.sample;
}

test('a head is read from eth_blockNumber and from the latest block', () => {
  expect(judge(blockNumber, answer('"0x2a"'))).toEqual({
    ...span,
    ok: true,
    latencyMs: 50,
    head: 42,
    mismatch: false,
  });
  expect(judge(latestBlock, answer('{"number":"0x2a","hash":"0x00"}'))?.head).toBe(42);
});

test('a foreign chain id is a mismatch of a service that answers', () => {
  expect(judge(chainId, answer('"0x539"'))).toMatchObject({ ok: true, mismatch: false });
  expect(judge(chainId, answer('"0x1"'))).toMatchObject({ ok: true, mismatch: true });
});

test.each([
  [blockNumber, 'null'],
  [blockNumber, '12'],
  [blockNumber, '"0x"'],
  [blockNumber, `"0x${'f'.repeat(64)}"`],
  [blockNumber, '{'],
  [chainId, '"1337"'],
  [chainId, '[]'],
  [latestBlock, 'null'],
  [latestBlock, '{"__proto__":{"number":"0x1"}}'],
  [latestBlock, '"0x1"'],
  [gasPrice, 'true'],
  [balance, '"12 ether"'],
  [excusing('caller', 'state', 'size'), '"0x123"'],
])('%j answered with %s is a failure', (question, result) => {
  expect(judge(question, answer(result))).toMatchObject({ ok: false, head: undefined, mismatch: false });
});

test('amounts beyond safe integers are well-formed', () => {
  expect(judge(gasPrice, answer('"0xffffffffffffffffffff"'))?.ok).toBe(true);
  expect(judge(balance, answer('"0x0"'))?.ok).toBe(true);
});

test('a rate limit, an aborted probe and what this machine could not do say nothing about a service', () => {
  expect(judge(blockNumber, failure('capacity', 'http-status'))).toBeUndefined();
  expect(judge(blockNumber, failure('provider', 'aborted'))).toBeUndefined();
  expect(judge(blockNumber, failure('provider', 'own-machine'))).toBeUndefined();
});

test.each(['provider', 'client', 'capability', 'known'] as const)(
  'an error of class %s in reply to an everyday question is a failure',
  (kind) => {
    expect(judge(blockNumber, failure(kind, 'rpc-error'))).toMatchObject({ ok: false });
  },
);

test('a revert is an answer to a call, and to nothing else', () => {
  expect(judge(excusing('caller'), failure('client', 'rpc-error'))).toMatchObject({ ok: true });
  expect(judge(excusing('state'), failure('client', 'rpc-error'))).toMatchObject({ ok: false });
});

test('old state that is gone, and an answer longer than what is read, are excused where the question says so', () => {
  const gone = failure('capability', 'rpc-error', 'state');
  expect(judge(excusing('state'), gone)).toBeUndefined();
  expect(judge(balance, gone)).toMatchObject({ ok: false });
  expect(judge(excusing('size'), failure('provider', 'too-large'))).toBeUndefined();
  expect(judge(excusing('size'), answer(`"0x${'0'.repeat(2 ** 20)}"`))).toBeUndefined();
  expect(judge(balance, failure('provider', 'too-large'))).toMatchObject({ ok: false });
  // That a method is not there is no excuse: each full node has it.
  const absent = failure('capability', 'rpc-error', 'method');
  expect(judge(excusing('state', 'size', 'caller'), absent)).toMatchObject({ ok: false });
});

test('the test of a capability counts when it is lacked or held, and never for its time', () => {
  expect(judge(tracing, answer('{}'))).toMatchObject({ ok: true, latencyMs: undefined, tested: 'trace' });
  const lacked = failure('capability', 'rpc-error', 'method');
  expect(judge(tracing, lacked)).toMatchObject({ ok: false, tested: 'trace' });
  for (const reason of ['timeout', 'reset', 'http-status'] as const)
    expect(judge(tracing, failure('provider', reason))).toBeUndefined();
});
