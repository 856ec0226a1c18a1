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
 * - `kill`: the process kills itself in the middle of the next answer
 * - `refuse`: nothing listens any more
 * - `hangBody`: status and headers come, the body never does
 * - `drip`: the body comes byte by byte, `intervalMs` apart
 * - `reset`: the connection is reset in place of an answer
 * - `status502`: a proxy's error page
 * - `wrongId`: the answer is to a call that nobody made
 * - `truncated`: the JSON ends too early, the body does not
 * - `ahead`: the head is `blocks` further than the chain has ever been
 * - `forgets`: blocks that there are come back as null
 * - `giant`: a body that goes on and on
 * - `bomb`: a small compressed body that would fill the memory
 * - `tls`: the port speaks TLS, with a certificate that nobody has reason to trust
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
  z.strictObject({
    mode: z.literal('wrong'),
    chainId: z.int().positive().optional(),
    /** Only on this path of the URL. */
    path: z.string().startsWith('/').optional(),
  }),
  z.strictObject({ mode: z.literal('drop') }),
  z.strictObject({ mode: z.literal('kill') }),
  z.strictObject({ mode: z.literal('refuse') }),
  z.strictObject({ mode: z.literal('hangBody') }),
  z.strictObject({ mode: z.literal('drip'), intervalMs: z.int().min(1).max(60_000).default(250) }),
  z.strictObject({ mode: z.literal('reset') }),
  z.strictObject({ mode: z.literal('status502') }),
  z.strictObject({ mode: z.literal('wrongId') }),
  z.strictObject({ mode: z.literal('truncated') }),
  z.strictObject({
    mode: z.literal('ahead'),
    blocks: z
      .int()
      .positive()
      .max(2 ** 40)
      .default(1_000_000),
  }),
  z.strictObject({ mode: z.literal('forgets') }),
  z.strictObject({ mode: z.literal('giant') }),
  z.strictObject({ mode: z.literal('bomb') }),
  z.strictObject({ mode: z.literal('tls') }),
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
