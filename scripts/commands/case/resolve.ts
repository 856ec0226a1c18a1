import { slashingCourtAbi } from '../../../router/chain/abi/slashingCourt.ts';
import { findCase, requireState, requireUndecided } from '../../lib/cases.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { requireNotPaused } from '../../lib/pauseState.ts';
import { passed, perform, report } from '../../lib/perform.ts';
import { planGoverned } from '../../lib/planGoverned.ts';
import { chainTime, openSigningSession } from '../../lib/session.ts';
import { dateText } from '../../lib/time.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface ResolveOptions extends SigningOptions {
  readonly uphold?: boolean;
  readonly reject?: boolean;
}

/** `din case resolve <case id> --uphold|--reject` */
export async function resolve(id: string, options: ResolveOptions, io: CliIo): Promise<void> {
  const upheld = options.uphold === true;
  if (!upheld && options.reject !== true)
    throw new UsageError('Who is right? Give --uphold (the provider) or --reject (the watchers)');
  const session = await openSigningSession(options, io);
  const { client, contracts } = session;
  const found = await findCase(session, id);
  const now = await chainTime(client);
  if (session.check) {
    requireState(found, 'appealed');
    requireUndecided(found, now);
    passed(session, `the appeal waits for its decision until ${dateText(found.executableAt)}`);
    if (!upheld) await requireNotPaused(session, contracts.vault, now);
  }
  const plan = await planGoverned(session, 'SlashingCourt', {
    address: found.court,
    abi: slashingCourtAbi,
    functionName: 'resolveAppeal',
    args: [found.key, upheld],
  });
  if (plan.announces && now + plan.delaySeconds >= found.executableAt) {
    session.output.progress(
      `warning: the delay of ${plan.delaySeconds} s ends after ${dateText(found.executableAt)}, when the appeal counts as rejected`,
    );
  }
  const transactions = await perform(session, [plan.call]);
  const outcome = upheld ? 'overturned' : 'executed';
  const data = { caseId: found.id, provider: found.key.provider, upheld, announced: plan.announces };
  report(session, transactions, data, [
    plan.announces
      ? `announced the decision about ${found.id}: run this again in ${plan.delaySeconds} s to carry it out`
      : `the case ${found.id} is ${outcome}`,
  ]);
}
