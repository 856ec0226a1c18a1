import { expect, test } from 'vitest';
import { safeText } from './safeText.ts';

test('safeText leaves nothing that steers a terminal', () => {
  expect(safeText('ok \u001b[2Jgone\r\n\u202eabc')).toBe('ok \ufffd[2Jgone\ufffd\ufffd\ufffdabc');
});

test('safeText bounds the length', () => {
  expect(safeText('x'.repeat(1000), 10)).toBe(`${'x'.repeat(9)}…`);
});
