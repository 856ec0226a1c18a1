import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCursors } from './cursors.ts';

const COURT = '0x00000000000000000000000000000000000000Aa';
const OTHER = '0x00000000000000000000000000000000000000bb';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'din-keeper-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('each court of each chain has its own cursor, which outlives the process', () => {
  const first = openCursors(dir, 31337);
  first.setCursor(COURT, 2n ** 63n);
  first.setCursor(OTHER, 12n);
  first.setCursor(OTHER, 13n);
  first.close();
  const elsewhere = openCursors(dir, 1);
  expect(elsewhere.cursor(COURT)).toBeUndefined();
  elsewhere.close();
  const again = openCursors(dir, 31337);
  expect([COURT, OTHER].map((court) => again.cursor(court as typeof COURT))).toEqual([2n ** 63n, 13n]);
  again.close();
});

test('a second keeper on the same state is refused until the first has closed', () => {
  const first = openCursors(dir, 31337);
  expect(() => openCursors(dir, 31337)).toThrow(expect.objectContaining({ code: 'STATE_IN_USE' }));
  first.close();
  openCursors(dir, 31337).close();
});
