import { expect, test } from 'vitest';
import { stateDir } from './stateDir.ts';

test('state stands where the environment says, else at home, else nowhere', () => {
  expect(stateDir({ XDG_STATE_HOME: '/var/state', HOME: '/home/me' })).toBe('/var/state/din');
  expect(stateDir({ XDG_STATE_HOME: '', HOME: '/home/me' })).toBe('/home/me/.local/state/din');
  expect(stateDir({ XDG_STATE_HOME: 'state', HOME: '/home/me' })).toBe('/home/me/.local/state/din');
  expect(stateDir({})).toBeUndefined();
});
