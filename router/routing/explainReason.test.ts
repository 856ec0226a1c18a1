import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAPABILITY_BITS, KNOWN_CAPABILITIES } from '../core/capability.ts';
import { ms } from '../core/units.ts';
import { lacking, methodRefused } from './abilities.ts';
import { type IneligibleReason, ineligibleReason } from './eligibility.ts';
import { explainReason, type ReasonFacts } from './explainReason.ts';
import { callEnded, callStarted, freshHealth, type Health, pollAnswered, pollFailed } from './health.ts';
import { sizeRefused } from './learntLimit.ts';
import type { Question } from './question.ts';
import { DEFAULT_ROUTING } from './settings.ts';

const NOW = ms(100_000);
const { full, archive, trace } = CAPABILITY_BITS;
const failed = { ok: false, class: 'provider', latencyMs: ms(5) } as const;

const healthy: Health = polled(1_000);

function polled(number: number, chainIdOk = true): Health {
  const head = { number, vouched: true, moving: true, trusted: false, at: NOW };
  return pollAnswered(freshHealth(DEFAULT_ROUTING, NOW), head, chainIdOk, NOW);
}

function broken(): Health {
  let health = healthy;
  for (let call = 0; call < 5; call += 1)
    health = callEnded(callStarted(health, NOW), failed, DEFAULT_ROUTING, NOW);
  return health;
}

const ORDINARY: Question = {
  method: 'eth_call',
  capabilities: full,
  block: undefined,
  depth: 0,
  logBlocks: 0,
};

const facts = (of: Partial<ReasonFacts>): ReasonFacts => ({
  tier: 'network',
  offered: full,
  health: healthy,
  question: ORDINARY,
  agreedHead: 1_000,
  settings: DEFAULT_ROUTING,
  now: NOW,
  ...of,
});
const asking = (more: Partial<Question>): Question => ({ ...ORDINARY, ...more });
const limited = { ok: false, class: 'capacity', retryAfterMs: ms(12_340), latencyMs: ms(5) } as const;
const learnt = (abilities: Health['abilities']): Health => ({ ...healthy, abilities });
const none = healthy.abilities;

test.each<[IneligibleReason, Partial<ReasonFacts>, string]>([
  [
    'held-off',
    { health: callEnded(callStarted(healthy, NOW), limited, DEFAULT_ROUTING, NOW) },
    'it asked to be left alone for 12.4 s more (rate limit)',
  ],
  [
    'undeclared',
    { question: asking({ capabilities: trace }) },
    'it does not declare trace, and has not shown it yet',
  ],
  [
    'behind-block',
    { question: asking({ block: 1_003 }) },
    'its newest block is 1000, and the call names block 1003',
  ],
  ['lagging', { agreedHead: 1_015 }, 'it is 15 blocks behind the network, and 10 are allowed'],
  ['breaker-open', { health: broken() }, 'it failed too often; no trial for 1 s'],
  ['breaker-open', { health: broken(), now: ms(NOW + 1_000) }, 'it failed too often; a trial is due'],
  ['breaker-open', { health: callStarted(broken(), NOW) }, 'it failed too often; a trial is under way'],
  [
    'silent',
    { health: pollFailed(pollFailed(healthy, 'provider'), 'provider') },
    'its last 2 polls got no answer',
  ],
  ['unverified', { health: freshHealth(DEFAULT_ROUTING, NOW) }, 'it has not told yet which chain it serves'],
  [
    'implausible-head',
    {
      health: { ...healthy, head: { number: 9_999, vouched: false, moving: false, trusted: false, at: NOW } },
    },
    'it claims block 9999, so far ahead of the network (1000) that nobody believes it',
  ],
  [
    'lacks-capability',
    { health: learnt(lacking(none, trace, NOW)), question: asking({ capabilities: trace }) },
    'it was found to lack trace',
  ],
  [
    'lacks-capability',
    { health: learnt(methodRefused(none, 'eth_call', NOW)) },
    'it does not offer this method',
  ],
  [
    'lacks-capability',
    {
      health: learnt({ ...none, depth: sizeRefused(none.depth, 500, NOW) }),
      question: asking({ capabilities: full | archive, depth: 900 }),
    },
    'it does not keep the state of 900 blocks ago',
  ],
  [
    'lacks-capability',
    {
      health: learnt({ ...none, logs: sizeRefused(none.logs, 500, NOW) }),
      question: asking({ logBlocks: 2_000 }),
    },
    'it refuses queries for logs of 2000 blocks',
  ],
  ['wrong-chain', { health: polled(1_000, false) }, 'it serves another chain'],
])('%s is told with its numbers', (reason, of, because) => {
  for (const tier of ['own', 'network'] as const) {
    const all = facts({ ...of, tier });
    // The words belong to what really is so.
    expect(ineligibleReason(all)).toBe(reason);
    const text = explainReason(reason, all);
    expect(text.because).toBe(because);
    expect(text.remedy.length).toBeGreaterThan(10);
  }
});

test('whatever is not known, the words have no hole', () => {
  const health = fc.constantFrom(
    healthy,
    broken(),
    freshHealth(DEFAULT_ROUTING, NOW),
    polled(9_999),
    polled(3, false),
  );
  const question = fc.record({
    method: fc.constant('eth_call'),
    capabilities: fc.nat(KNOWN_CAPABILITIES),
    block: fc.option(fc.nat(2_000), { nil: undefined }),
    depth: fc.nat(3),
    logBlocks: fc.nat(3),
  });
  const agreedHead = fc.option(fc.nat(2_000), { nil: undefined });
  fc.assert(
    fc.property(health, question, agreedHead, (...[given, asked, head]) => {
      const all = facts({ health: given, question: asked, agreedHead: head });
      const reason = ineligibleReason(all);
      if (reason === undefined) return;
      const { because, remedy } = explainReason(reason, all);
      expect(`${because} ${remedy}`).not.toMatch(/undefined|NaN|Infinity|null| {2}|lack $/);
    }),
  );
});
