import { Registry } from 'prom-client';
import type { Caip2 } from '../core/caip2.ts';
import { systemClock } from '../core/clock.ts';
import type { ClientCall } from '../core/jsonRpc.ts';
import type { RawJson } from '../core/rawJson.ts';
import { ms } from '../core/units.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { CallAnswer } from './answerBody.ts';
import { createApp } from './app.ts';
import type { Client } from './client.ts';
import type { Answer, Attempt, NetworkRouter } from './networkRouter.ts';
import type { Readiness } from './readiness.ts';
import type { RouteExplanation, RouteQuestion } from './routeExplanation.ts';

const ROUTER: NetworkRouter = {
  caip2: 'eip155:1' as Caip2,
  slug: 'ethereum',
  setServices: () => undefined,
  setWeight: () => undefined,
  setOnDuty: () => undefined,
  setSettings: () => undefined,
  forward: () => Promise.reject(new Error('not asked here')),
  reportHead: () => undefined,
  services: () => [],
  hasEligible: () => false,
  agreedHead: () => undefined,
  logBlocks: () => undefined,
  reportFindings: () => undefined,
  explain: () => {
    throw new Error('not asked here');
  },
};

const EXPLANATION: RouteExplanation = {
  caip2: 'eip155:1' as Caip2,
  slug: 'ethereum',
  head: undefined,
  method: 'eth_chainId',
  kind: 'read',
  capabilities: ['full'],
  isMirrored: true,
  maxAttempts: 16,
  stallMs: ms(2_000),
  fanout: 1,
  hedgeShare: 0.1,
  processes: 1,
  services: Array.from({ length: 30 }, (_, i) => ({
    key: `k${i}`,
    label: `service ${i}`,
    tierName: 'network',
    tier: 1,
    turn: i < 25 ? 'eligible' : 'last-resort',
    reason: i < 25 ? undefined : 'silent',
    text: i < 25 ? undefined : { because: 'it is silent', remedy: 'wait' },
    eligibleIn: 1,
    share: 1 / 3,
    tierShare: 1 / 3,
    cost: 1.23456,
    weight: 1,
    expectedMs: 0,
    inFlight: 0,
    slowStart: 1,
    lagFactor: 1,
  })),
};

/** Answers one call; every call is answered with `ok` when there is none. */
export type AnswerCall = (call: ClientCall, client: Client) => Promise<CallAnswer>;

/** The gateway's HTTP side for one network, `ethereum`, whose calls are answered by the test. */
export function startApp(answer?: AnswerCall, attempts: readonly Attempt[] = []) {
  const asked: { method: string; requestId: string; session: string | undefined }[] = [];
  const lines: string[] = [];
  const questions: RouteQuestion[] = [];
  const registry = new Registry();
  const state: { readiness: Readiness; draining: boolean; maxBodyBytes: number } = {
    readiness: { ready: true, reasons: [], set: null },
    draining: false,
    maxBodyBytes: 1_024,
  };
  const app = createApp({
    rpc: {
      resolve: (reference) => (['ethereum', 'eip155:1', '1'].includes(reference) ? ROUTER : undefined),
      answer: async (_router, call, client): Promise<Answer> => {
        const { requestId, session } = client;
        asked.push({ method: call.method, requestId, session });
        const given = (await answer?.(call, client)) ?? { kind: 'result', result: '"ok"' as RawJson };
        if (given.kind === 'result') return { ...given, attempts };
        return { kind: 'error', error: given.error as RawJson, attempts };
      },
      limits: () => ({ maxBatchItems: 3, maxBodyBytes: state.maxBodyBytes }),
      clock: systemClock,
    },
    operator: {
      readiness: () => state.readiness,
      status: () => ({
        version: '1.2.3',
        draining: false,
        settlement: null,
        watcher: null,
        networks: [],
        totals: { calls: 0, failed: 0, failovers: 0 },
      }),
      provider: () => ({ kind: 'unknown' }),
      explain(question) {
        questions.push(question);
        return question.network === 'ethereum'
          ? { kind: 'explained', explanation: EXPLANATION }
          : { kind: 'unknown-network', networks: ['ethereum'] };
      },
    },
    metrics: createMetrics(registry),
    metricsText: () => registry.metrics(),
    logger: createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } }),
    isDraining: () => state.draining,
  });
  const post = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url, payload, headers });
  return { app, asked, lines, questions, state, post };
}
