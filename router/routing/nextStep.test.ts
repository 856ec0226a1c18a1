import { describe, expect, it } from 'vitest';
import type { ErrorClass } from '../core/errorClass.ts';
import type { MethodKind } from './methods.ts';
import { nextStep } from './nextStep.ts';

const step = (kind: MethodKind, errorClass: ErrorClass, mayBeExecuted = true) =>
  nextStep({ kind, outcome: { ok: false, class: errorClass }, mayBeExecuted });

describe('nextStep', () => {
  it.each(['read', 'send', 'once'] as const)(
    'of a %s answers with a result or an error of the client',
    (kind) => {
      expect(nextStep({ kind, outcome: { ok: true }, mayBeExecuted: true })).toBe('answer');
      expect(step(kind, 'client')).toBe('answer');
    },
  );

  it.each(['read', 'send', 'once'] as const)('of a %s goes on after a refusal', (kind) => {
    expect(step(kind, 'capacity')).toBe('retry');
    expect(step(kind, 'capability')).toBe('retry-able');
  });

  it('goes on after a failure of the provider, but not with what may have been executed once', () => {
    expect(step('read', 'provider')).toBe('retry');
    expect(step('send', 'provider')).toBe('retry');
    expect(step('once', 'provider')).toBe('give-up');
    expect(step('once', 'provider', false)).toBe('retry');
  });

  it('takes a known transaction for a success', () => {
    expect(step('send', 'known')).toBe('known');
  });
});
