import { z } from 'zod';
import { DinError } from '../../router/core/dinError.ts';

/**
 * How a provider's endpoint misbehaves on command:
 * - `none`: it does not
 * - `die`: the process ends
 * - `hang`: requests are accepted and never answered
 * - `slow`: answers come `delayMs` late
 * - `status500`, `status429`: HTTP errors; the latter with Retry-After
 * - `html`: status 200 and a web page, as a misconfigured proxy answers
 * - `behind`: the head stands still at the block of the moment of switching
 * - `wrong`: well-formed lies about balances, hashes and, if asked for, the chain id
 * - `drop`: the connection is cut in the middle of the body
 */
const FAULT = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none') }),
  z.strictObject({ mode: z.literal('die') }),
  z.strictObject({ mode: z.literal('hang') }),
  z.strictObject({ mode: z.literal('slow'), delayMs: z.int().min(0).max(600_000).default(3000) }),
  z.strictObject({ mode: z.literal('status500') }),
  z.strictObject({ mode: z.literal('status429'), retryAfterSeconds: z.int().min(0).max(3600).default(1) }),
  z.strictObject({ mode: z.literal('html') }),
  z.strictObject({ mode: z.literal('behind') }),
  z.strictObject({ mode: z.literal('wrong'), chainId: z.int().positive().optional() }),
  z.strictObject({ mode: z.literal('drop') }),
]);

export type Fault = z.output<typeof FAULT>;
/** What may be sent: fields with a default may be left out. */
export type FaultRequest = z.input<typeof FAULT>;
export type FaultMode = Fault['mode'];

export const FAULT_MODES: readonly FaultMode[] = FAULT.options.map((option) => option.shape.mode.value);

/** @throws {@link UnknownFaultError} for anything but a well-formed fault. */
export function parseFault(value: unknown): Fault {
  const parsed = FAULT.safeParse(value);
  if (!parsed.success) throw new UnknownFaultError(z.prettifyError(parsed.error));
  return parsed.data;
}

export class UnknownFaultError extends DinError {
  readonly code = 'UNKNOWN_FAULT';
  constructor(details: string) {
    super(`no such fault (modes: ${FAULT_MODES.join(', ')}): ${details}`);
  }
}
