import { describe, expect, test } from 'vitest';
import { encodeJson } from '../../core/rawJson.ts';
import { ms } from '../../core/units.ts';
import type { Attempt } from '../networkRouter.ts';
import { suggestedEnd, whyTooLarge } from './tooLarge.ts';

const attempt = (more: Partial<Attempt>): Attempt => ({
  service: 'a',
  reason: 'rpc-error',
  afterMs: ms(0),
  latencyMs: ms(1),
  ...more,
});
const answer = (message: string, attempts: readonly Attempt[]) => ({
  kind: 'error' as const,
  error: encodeJson({ code: -32_000, message }),
  attempts,
});
const refused = attempt({ class: 'capability', lack: 'range', httpStatus: 200 });
const timeout = attempt({ class: 'provider', reason: 'timeout' });
const own = attempt({ class: 'client', httpStatus: 200 });

describe('whyTooLarge', () => {
  test.each([
    ['all refused', answer('', [refused, refused]), 'refused'],
    [
      'one refused, the others failed',
      answer('', [timeout, refused, attempt({ class: 'capacity' })]),
      'refused',
    ],
    ['too large for a proxy', answer('', [attempt({ class: 'capability', httpStatus: 413 })]), 'refused'],
    [
      'all were silent',
      answer('', [timeout, attempt({ httpStatus: 504 }), attempt({ httpStatus: 524 })]),
      'timed-out',
    ],
    ['one was silent', answer('', [timeout, attempt({ class: 'provider' })]), undefined],
    ['nobody was asked', answer('', []), undefined],
    ['other things lack', answer('', [attempt({ class: 'capability', lack: 'state' })]), undefined],
    ['new words for it', answer('700 blocks is too wide', [own]), 'refused'],
    ["the caller's mistake", answer('invalid block range params', [refused, own]), undefined],
    ['new words for something else', answer('the topics are upside down', [own]), undefined],
  ])('%s', (_, given, why) => {
    expect(whyTooLarge(given)).toBe(why);
  });
});

describe('suggestedEnd', () => {
  const span = { from: 0x100, to: 0x1ff };
  test.each([
    ['Try with this block range [0x100, 0x17f].', 0x17f],
    ['this block range should work: [0x100,0x1F0]', 0x1f0],
    ['query exceeds max results 20000, retry with the range 256-300', 300],
    ['the whole of it: [0x100, 0x1ff]', undefined],
    ['of another range: [0x0, 0x17f]', undefined],
    ['backwards: [0x100, 0x90]', undefined],
    ['next to nothing: [0x100, 0x101]', undefined],
    ['no range at all', undefined],
  ])('%s', (message, end) => {
    expect(suggestedEnd(answer(message, []), span)).toBe(end);
  });
});
