import { DinError } from '../../../router/core/dinError.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { requireEscrow } from '../../lib/escrowState.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { pauseAbi, readPause } from '../../lib/pauseState.ts';
import { passed, perform, report } from '../../lib/perform.ts';
import { planGoverned } from '../../lib/planGoverned.ts';
import { chainTime, openSigningSession, type SigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';

export type PausableName = 'vault' | 'escrow';

const ACTIONS = {
  pause: { role: 'guardian', done: 'paused' },
  unpause: { role: 'governor', done: 'not paused any more' },
} as const;

/** `din pause|unpause vault|escrow` */
export async function switchPause(
  action: keyof typeof ACTIONS,
  name: PausableName,
  options: SigningOptions,
  io: CliIo,
): Promise<void> {
  const session = await openSigningSession(options, io);
  const { client, contracts } = session;
  const address = name === 'vault' ? contracts.vault : requireEscrow(contracts);
  const at = { address, abi: pauseAbi } as const;
  if (session.check) await (action === 'pause' ? requirePausable : requirePaused)(session, address);
  const { role, done } = ACTIONS[action];
  const contract = name === 'vault' ? 'StakeVault' : 'PaymentEscrow';
  const plan = await planGoverned(session, contract, { ...at, functionName: action }, role);
  const transactions = await perform(session, [plan.call]);
  const pausedUntil = await readPause(session, address, await chainTime(client));
  const data = { contract: name, address, pausedUntil: pausedUntil ?? null, announced: plan.announces };
  const until = pausedUntil === undefined ? '' : ` until ${dateText(pausedUntil)}`;
  report(session, transactions, data, [
    plan.announces
      ? `announced ${action} of the ${name}: run this again in ${plan.delaySeconds} s to carry it out`
      : `the ${name} is ${done}${until}`,
  ]);
}

/** Between two pauses the contract runs for as long as a pause. */
async function requirePausable(session: SigningSession, address: `0x${string}`): Promise<void> {
  const { client } = session;
  const at = { address, abi: pauseAbi } as const;
  const [last, length, now] = await Promise.all([
    client.readContract({ ...at, functionName: 'pausedUntil' }),
    client.readContract({ ...at, functionName: 'pauseSeconds' }),
    chainTime(client),
  ]);
  if (last > 0 && now < last + length) throw new PausedTooRecentlyError(last + length);
  passed(session, `a pause lasts ${length} s`);
}

async function requirePaused(session: SigningSession, address: `0x${string}`): Promise<void> {
  const until = await readPause(session, address, await chainTime(session.client));
  if (until === undefined) throw new NotPausedError();
  passed(session, `it is paused until ${dateText(until)}`);
}

export class PausedTooRecentlyError extends DinError {
  readonly code = 'PAUSED_TOO_RECENTLY';
  constructor(pausableAt: number) {
    super(`It is paused, or was a short time ago: it can be paused again from ${dateText(pausableAt)}`);
  }
}

export class NotPausedError extends DinError {
  readonly code = 'NOT_PAUSED';
  constructor() {
    super('It is not paused');
  }
}
