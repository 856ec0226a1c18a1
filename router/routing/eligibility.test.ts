import { describe, expect, it } from 'vitest';
import { CAPABILITY_BITS } from '../core/capability.ts';
import { ms } from '../core/units.ts';
import { lacking, methodRefused, NO_ABILITIES } from './abilities.ts';
import { INELIGIBLE_REASONS, type IneligibleReason, ineligibleReason, isLastResort } from './eligibility.ts';
import { freshHealth, type Health } from './health.ts';
import type { Question } from './question.ts';
import { DEFAULT_ROUTING } from './settings.ts';

const TRACE = CAPABILITY_BITS.trace;
const NOW = ms(100_000);
const head = (number: number) => ({ number, vouched: true, moving: true, trusted: false, at: NOW });
const healthy: Health = { ...freshHealth(DEFAULT_ROUTING, NOW), chain: 'verified', head: head(100) };

const ORDINARY: Question = {
  method: 'eth_call',
  capabilities: CAPABILITY_BITS.full,
  block: undefined,
  depth: 0,
  logBlocks: 0,
};

const reason = (health: Partial<Health>, question: Partial<Question> = {}, agreedHead = 100) =>
  ineligibleReason({
    offered: CAPABILITY_BITS.full,
    health: { ...healthy, ...health },
    question: { ...ORDINARY, ...question },
    agreedHead,
    settings: DEFAULT_ROUTING,
    now: NOW,
  });

describe('ineligibleReason', () => {
  it('is none for a healthy service', () => {
    expect(reason({})).toBeUndefined();
  });

  const cases: [IneligibleReason, string | undefined][] = [
    ['wrong-chain', reason({ chain: 'wrong' })],
    ['lacks-capability', reason({ abilities: lacking(NO_ABILITIES, TRACE, NOW) }, { capabilities: TRACE })],
    ['lacks-capability', reason({ abilities: methodRefused(NO_ABILITIES, 'eth_call', NOW) })],
    ['undeclared', reason({}, { capabilities: TRACE })],
    ['implausible-head', reason({ head: head(1_000_000) })],
    ['silent', reason({ missedPolls: 2 })],
    ['breaker-open', reason({ breaker: { kind: 'open', until: ms(NOW + 1), openMs: ms(1_000) } })],
    ['breaker-open', reason({ breaker: { kind: 'open', until: ms(0), openMs: ms(1_000) } })],
    ['breaker-open', reason({ breaker: { kind: 'half-open', since: NOW, until: NOW, openMs: ms(1_000) } })],
    ['lagging', reason({}, {}, 100 + DEFAULT_ROUTING.maxLagBlocks + 1)],
    ['behind-block', reason({}, { block: 101 })],
    ['held-off', reason({ heldUntil: ms(NOW + 1) })],
    ['unverified', reason({ chain: 'unverified' })],
  ];
  it.each(cases)('can be %s', (expected, actual) => {
    expect(actual).toBe(expected);
  });

  it('is none at the edge of each limit', () => {
    expect(reason({}, {}, 100 + DEFAULT_ROUTING.maxLagBlocks)).toBeUndefined();
    expect(reason({}, { block: 100 })).toBeUndefined();
    expect(reason({ seenBlock: 101 }, { block: 101 })).toBeUndefined();
    expect(reason({ heldUntil: NOW })).toBeUndefined();
    expect(reason({ missedPolls: 1 })).toBeUndefined();
    expect(reason({ head: head(100 + DEFAULT_ROUTING.maxHeadJump) })).toBeUndefined();
    expect(reason({ head: { ...head(1_000_000), trusted: true } })).toBeUndefined();
  });

  it('is the worst of several', () => {
    expect(reason({ chain: 'wrong', missedPolls: 9, heldUntil: ms(NOW + 1) })).toBe('wrong-chain');
  });
});

describe('isLastResort', () => {
  it('holds for all but a wrong chain', () => {
    expect(INELIGIBLE_REASONS.filter((each) => !isLastResort(each, 'any', healthy))).toEqual(['wrong-chain']);
  });

  it('holds only for healthy ones when a node has said that it cannot', () => {
    expect(INELIGIBLE_REASONS.filter((each) => isLastResort(each, 'able', healthy))).toEqual([
      'unproven-archive',
      'held-off',
      'undeclared',
      'unverified',
      'lacks-capability',
    ]);
    const silent = { ...healthy, missedPolls: 2 };
    expect(INELIGIBLE_REASONS.filter((each) => isLastResort(each, 'able', silent))).toEqual([]);
  });

  it('holds beside one at work for none that most likely cannot', () => {
    expect(INELIGIBLE_REASONS.filter((each) => !isLastResort(each, 'join', healthy))).toEqual([
      'undeclared',
      'lacks-capability',
      'wrong-chain',
    ]);
  });
});
