import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseNonce, type HeldNonce, type HeldState } from './chooseNonce.ts';

const one = (nonce: number, state: HeldState, isSameCall = false): HeldNonce => ({
  nonce,
  state,
  isSameCall,
});

test('the next nonce follows what is awaited and what another process has in the pool', () => {
  expect(chooseNonce(5, 5, [])).toEqual({ nonce: 5, how: 'new' });
  expect(chooseNonce(5, 6, [one(5, 'awaited')])).toEqual({ nonce: 6, how: 'new' });
  expect(chooseNonce(5, 8, [one(5, 'awaited')])).toEqual({ nonce: 8, how: 'new' });
});

test('a node that does not know yet what we sent gives no nonce twice', () => {
  expect(chooseNonce(5, 5, [one(5, 'awaited'), one(6, 'awaited')])).toEqual({ nonce: 7, how: 'new' });
});

test('what nobody waits for any more makes room', () => {
  expect(chooseNonce(5, 8, [one(5, 'awaited'), one(6, 'abandoned'), one(7, 'awaited')])).toEqual({
    nonce: 6,
    how: 'replace',
  });
});

test('a call that is signed already keeps its nonce, whether abandoned or lost in a reorg', () => {
  expect(chooseNonce(5, 8, [one(5, 'abandoned'), one(6, 'abandoned', true)])).toEqual({
    nonce: 6,
    how: 'resume',
  });
  expect(chooseNonce(5, 5, [one(5, 'lost', true)])).toEqual({ nonce: 5, how: 'resume' });
});

test('a call whose end nobody was told is looked for first, also where the chain has gone on', () => {
  expect(chooseNonce(6, 6, [one(5, 'abandoned', true)])).toEqual({ nonce: 5, how: 'resume' });
  expect(chooseNonce(6, 6, [one(5, 'abandoned')])).toEqual({ nonce: 6, how: 'new' });
});

test('a call that somebody awaits is another one than the same call asked for again', () => {
  expect(chooseNonce(5, 6, [one(5, 'awaited', true)])).toEqual({ nonce: 6, how: 'new' });
});

test('what is in a block is done: the same call has a nonce of its own', () => {
  expect(chooseNonce(6, 6, [one(5, 'included', true)])).toEqual({ nonce: 6, how: 'new' });
});

test('a lost call of another kind is left its nonce', () => {
  expect(chooseNonce(5, 5, [one(5, 'lost')])).toEqual({ nonce: 6, how: 'new' });
});

test('no nonce is ever taken from who awaits it or from another process, and none is left out', () => {
  const state = fc.constantFrom<HeldState>('awaited', 'included', 'lost', 'abandoned');
  const held = fc.uniqueArray(fc.record({ nonce: fc.nat(20), state, isSameCall: fc.boolean() }), {
    selector: ({ nonce }) => nonce,
  });
  fc.assert(
    fc.property(fc.nat(10), fc.nat(10), held, (confirmed, inPool, all) => {
      const { nonce, how } = chooseNonce(confirmed, confirmed + inPool, all);
      const found = all.find((each) => each.nonce === nonce);
      expect(['awaited', 'included']).not.toContain(found?.state);
      expect(how === 'new').toBe(found === undefined);
      expect(how === 'resume').toBe(found?.isSameCall === true);
      if (how === 'new') expect(nonce).toBeGreaterThanOrEqual(confirmed + inPool);
      if (how === 'resume') return;
      expect(nonce).toBeGreaterThanOrEqual(confirmed);
      for (let below = confirmed; below < nonce; below += 1) {
        expect(below < confirmed + inPool || all.some((each) => each.nonce === below)).toBe(true);
      }
    }),
  );
});
