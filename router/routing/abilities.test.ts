import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAPABILITY_BITS } from '../core/capability.ts';
import { ms } from '../core/units.ts';
import {
  cannot,
  lacking,
  lackNames,
  learnt,
  logLimit,
  methodRefused,
  NO_ABILITIES,
  unproven,
} from './abilities.ts';
import { RETEST_MS } from './learntLimit.ts';
import type { Question } from './question.ts';

const NOW = ms(1_000);
const { full, archive, trace, debug } = CAPABILITY_BITS;
const about = (more: Partial<Question> = {}): Question => ({
  method: 'eth_call',
  capabilities: full,
  block: undefined,
  depth: 0,
  logBlocks: 0,
  ...more,
});
const old = (depth: number, block = 5_000) => about({ capabilities: full | archive, depth, block });
const logs = (logBlocks: number) => about({ method: 'eth_getLogs', logBlocks });
const traces = about({ method: 'trace_block', capabilities: trace });
const able = (question: Question) => ({ question, able: true }) as const;
const unable = (question: Question, lack: 'method' | 'state' | 'range') =>
  ({ question, able: false, lack }) as const;

describe('abilities', () => {
  it('make a service able by what it showed, whatever it declares', () => {
    expect(unproven(full, NO_ABILITIES, traces)).toBe(trace);
    expect(unproven(full, learnt(NO_ABILITIES, able(traces), NOW), traces)).toBe(0);
    expect(unproven(full | trace, NO_ABILITIES, traces)).toBe(0);
  });

  it('say by its depth which state a service keeps', () => {
    const shown = learnt(NO_ABILITIES, able(old(5_000)), NOW);
    expect(unproven(full, shown, old(5_000))).toBe(0);
    expect(unproven(full, shown, old(5_000 + 128))).toBe(0);
    expect(unproven(full, shown, old(9_000))).toBe(archive);
    const refused = learnt(shown, unable(old(9_000), 'state'), NOW);
    expect([4_999, 8_999, 9_000, 50_000].map((depth) => cannot(refused, old(depth), NOW))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(cannot(refused, about(), NOW)).toBe(false);
  });

  it('take one who has a state that only archives keep for an archive', () => {
    const first = learnt(NO_ABILITIES, able(old(300, 1)), NOW);
    expect(unproven(full, first, old(5_000_000))).toBe(0);
    expect(unproven(full, learnt(NO_ABILITIES, able(old(120_000)), NOW), old(5_000_000))).toBe(0);
    // Everybody has the genesis state.
    expect(unproven(full, learnt(NO_ABILITIES, able(old(300, 0)), NOW), old(9_000))).toBe(archive);
    const pruned = learnt(first, unable(old(9_000), 'state'), NOW);
    expect(unproven(full, pruned, old(9_000))).toBe(archive);
  });

  it('say nothing of the depth by a refusal that is about no old state', () => {
    expect(learnt(NO_ABILITIES, unable(about(), 'state'), NOW)).toBe(NO_ABILITIES);
    expect(learnt(NO_ABILITIES, unable(about(), 'range'), NOW)).toBe(NO_ABILITIES);
    expect(learnt(NO_ABILITIES, unable(about(), 'method'), NOW)).toBe(NO_ABILITIES);
  });

  it('know the longest query for logs', () => {
    const refused = learnt(NO_ABILITIES, unable(logs(20_000), 'range'), NOW);
    expect(logLimit(NO_ABILITIES, NOW)).toBeUndefined();
    expect(logLimit(refused, NOW)).toBe(10_000);
    expect(
      logLimit(learnt(NO_ABILITIES, { ...unable(logs(20_000), 'range'), logLimit: 500 }, NOW), NOW),
    ).toBe(500);
    expect([cannot(refused, logs(19_999), NOW), cannot(refused, logs(20_000), NOW)]).toEqual([false, true]);
  });

  it('name what is lacking as long as it is believed', () => {
    const all = learnt(
      lacking(lacking(NO_ABILITIES, trace, NOW), debug, ms(NOW + 5)),
      unable(old(900), 'state'),
      NOW,
    );
    expect(lackNames(all, NOW)).toEqual(['archive', 'trace', 'debug']);
    expect(lackNames(all, ms(NOW + RETEST_MS))).toEqual(['debug']);
    expect(lackNames(learnt(all, able(traces), NOW), NOW)).toEqual(['archive', 'debug']);
  });

  it('remember methods, the last ones, each for its time, and no names that are none', () => {
    const one = methodRefused(NO_ABILITIES, 'eth_getBlockReceipts', NOW);
    const receipts = about({ method: 'eth_getBlockReceipts' });
    expect(cannot(one, receipts, ms(NOW + RETEST_MS - 1))).toBe(true);
    expect(cannot(one, receipts, ms(NOW + RETEST_MS))).toBe(false);
    expect(cannot(one, about(), NOW)).toBe(false);
    expect(methodRefused(one, 'eth_getBlockReceipts', NOW)).toBe(one);
    for (const junk of ['', 'a b', 'x'.repeat(65), 'é', '"']) expect(methodRefused(one, junk, NOW)).toBe(one);
    let many = one;
    for (let i = 0; i < 1_000; i += 1) many = methodRefused(many, `eth_junk${i}`, NOW);
    expect(many.refused.length).toBeLessThanOrEqual(16);
    expect(cannot(many, about({ method: 'eth_junk999' }), NOW)).toBe(true);
    expect(cannot(many, receipts, NOW)).toBe(false);
  });

  it('follow the last answer of each kind, whatever came before, until it is time to try again', () => {
    const questions = [
      traces,
      about({ method: 'debug_x', capabilities: debug }),
      old(400),
      old(90_000),
      logs(7),
      logs(3_000),
    ];
    const answer = fc.record({
      question: fc.constantFrom(...questions),
      isAble: fc.boolean(),
      passed: fc.integer({ min: 0, max: RETEST_MS / 2 }),
    });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1 }), (answers) => {
        let now = NOW;
        let known = NO_ABILITIES;
        for (const { question, isAble, passed } of answers) {
          now = ms(now + passed);
          const lack = question.logBlocks > 0 ? 'range' : question.depth > 0 ? 'state' : 'method';
          known = learnt(known, isAble ? able(question) : unable(question, lack), now);
          expect(cannot(known, question, now)).toBe(!isAble);
          if (isAble) expect(unproven(0, known, question) & ~full).toBe(0);
          if (isAble) expect(learnt(known, able(question), now)).toBe(known);
        }
        const later = ms(now + RETEST_MS);
        for (const question of questions) expect(cannot(known, question, later)).toBe(false);
      }),
    );
  });
});
