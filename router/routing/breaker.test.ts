import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ms, ms } from '../core/units.ts';
import {
  type Breaker,
  type BreakerSettings,
  closedBreaker,
  isTrialDue,
  onCallStart,
  onFailure,
  onNeutral,
  onPollAnswered,
  onSuccess,
  WINDOW,
} from './breaker.ts';

const settings: BreakerSettings = {
  consecutiveFailures: 3,
  failureRate: 0.5,
  openMs: ms(1_000),
  maxOpenMs: ms(8_000),
};

const failing = (times: number, from = closedBreaker(settings), now = ms(0)) =>
  Array.from({ length: times }).reduce<Breaker>((breaker) => onFailure(breaker, settings, now), from);

const mayCall = (breaker: Breaker, now: Ms) => breaker.kind === 'closed' || isTrialDue(breaker, now);

/** Opens it by failures in a row. */
const opened = () => failing(3);

describe('breaker', () => {
  it('stays closed below the limit and opens at it', () => {
    expect(failing(2).kind).toBe('closed');
    expect(failing(3)).toMatchObject({ kind: 'open', until: 1_000 });
  });

  it('counts failures in a row: a success between starts anew', () => {
    expect(failing(2, onSuccess(failing(2), settings)).kind).toBe('closed');
  });

  it('opens when half of a full window failed, never three in a row', () => {
    let breaker = closedBreaker(settings);
    for (let call = 0; call < WINDOW - 1; call += 1) {
      breaker = call % 2 ? onSuccess(breaker, settings) : onFailure(breaker, settings, ms(0));
      expect(breaker.kind).toBe('closed');
    }
    expect(onFailure(breaker, settings, ms(0)).kind).toBe('open');
  });

  it('lets one call try when its time is over', () => {
    const breaker = opened();
    expect(mayCall(breaker, ms(999))).toBe(false);
    expect(mayCall(breaker, ms(1_000))).toBe(true);
    const trial = onCallStart(breaker, ms(1_000));
    expect(trial.kind).toBe('half-open');
    expect(mayCall(trial, ms(1_001))).toBe(false);
  });

  it('closes after a trial that succeeded', () => {
    expect(onSuccess(onCallStart(opened(), ms(1_000)), settings).kind).toBe('closed');
  });

  it('doubles its time with each trial that fails, up to the limit', () => {
    let breaker = opened();
    let now = ms(0);
    const spans: number[] = [];
    for (let trial = 0; trial < 5; trial += 1) {
      if (breaker.kind !== 'open') throw new Error(`it is ${breaker.kind}`);
      spans.push(breaker.until - now);
      now = breaker.until;
      breaker = onFailure(onCallStart(breaker, now), settings, now);
    }
    expect(spans).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  });

  it('stays open no longer for calls that had nowhere else to go', () => {
    let breaker = opened();
    for (let call = 1; call <= 20; call += 1) {
      breaker = onFailure(onCallStart(breaker, ms(call)), settings, ms(call));
    }
    expect(breaker).toEqual(opened());
    expect(mayCall(breaker, ms(1_000))).toBe(true);
  });

  it('closes at once when a call that had nowhere else to go succeeded', () => {
    expect(onSuccess(onCallStart(opened(), ms(10)), settings).kind).toBe('closed');
  });

  it('closes by polls only after trials had their time', () => {
    const breaker = opened();
    if (breaker.kind !== 'open') throw new Error(`it is ${breaker.kind}`);
    const from = breaker.until + breaker.openMs;
    expect(onPollAnswered(breaker, ms(from - 1))).toBe(breaker);
    expect(onPollAnswered(breaker, ms(from)).kind).toBe('closed');
    const trial = onCallStart(breaker, ms(from));
    expect(onPollAnswered(trial, ms(from))).toBe(trial);
  });

  it('remembers its last span until a full window of successes', () => {
    const closed = onSuccess(onCallStart(opened(), ms(1_000)), settings);
    expect(failing(3, closed)).toMatchObject({ kind: 'open', until: 2_000 });
    let healed = closed;
    for (let call = 0; call < WINDOW; call += 1) healed = onSuccess(healed, settings);
    expect(failing(3, healed)).toMatchObject({ kind: 'open', until: 1_000 });
  });

  it('takes no notice of calls that started before it opened', () => {
    const breaker = opened();
    expect(onSuccess(breaker, settings)).toBe(breaker);
    expect(onFailure(breaker, settings, ms(500))).toBe(breaker);
  });

  it('allows another trial at once after one that told nothing', () => {
    const breaker = onNeutral(onCallStart(opened(), ms(1_000)), ms(1_100));
    expect(mayCall(breaker, ms(1_100))).toBe(true);
  });

  it('allows another trial when the last was never heard of again', () => {
    const breaker = onCallStart(opened(), ms(1_000));
    expect(mayCall(breaker, ms(1_000 + 60_000))).toBe(true);
  });

  it('is never shut for longer than the limit, whatever happens', () => {
    const event = fc.tuple(fc.constantFrom('start', 'success', 'failure', 'neutral'), fc.nat(5_000));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        let breaker = closedBreaker(settings);
        let now: Ms = ms(0);
        for (const [what, after] of events) {
          now = ms(now + after);
          if (what === 'start') breaker = onCallStart(breaker, now);
          if (what === 'success') breaker = onSuccess(breaker, settings);
          if (what === 'failure') breaker = onFailure(breaker, settings, now);
          if (what === 'neutral') breaker = onNeutral(breaker, now);
          expect(mayCall(breaker, ms(now + settings.maxOpenMs))).toBe(true);
        }
      }),
    );
  });
});
