import { watcherHubAbi } from '../../../router/chain/abi/watcherHub.ts';
import { discoverContracts } from '../../../router/chain/contracts.ts';
import { addressOf } from '../../lib/address.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { perform, report } from '../../lib/perform.ts';
import { planGoverned } from '../../lib/planGoverned.ts';
import { openSigningSession } from '../../lib/session.ts';

/** `din watcher admit <address>`; an account that is admitted already is no error. */
export async function admit(text: string, options: SigningOptions, io: CliIo): Promise<void> {
  const watcher = addressOf(text, 'The watcher');
  const session = await openSigningSession(options, io);
  const { client, contracts } = session;
  const { hub } = await discoverContracts(client, contracts.registry);
  const at = { address: hub, abi: watcherHubAbi } as const;
  if (await client.readContract({ ...at, functionName: 'isAdmitted', args: [watcher] })) {
    report(session, [], { watcher, admitted: true, announced: false }, [`${watcher} is admitted already`]);
    return;
  }
  const { call, announces, delaySeconds } = await planGoverned(session, 'WatcherHub', {
    ...at,
    functionName: 'admit',
    args: [watcher],
  });
  const transactions = await perform(session, [call]);
  const admitted = !announces && !session.dryRun;
  report(session, transactions, { watcher, admitted, announced: announces }, [
    announces
      ? `announced the admission of ${watcher}: run this again in ${delaySeconds} s to carry it out`
      : `admitted ${watcher}`,
  ]);
}
