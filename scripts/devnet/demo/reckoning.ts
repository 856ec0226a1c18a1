import { type Address, isAddressEqual } from 'viem';
import { gatewayStatus, servicesByProvider } from '../gatewayStatus.ts';
import { checkLedger } from '../load/ledger.ts';
import type { Ejection } from './ejection.ts';
import type { CaseResult, DemoResults, ProviderResult, WatcherResult } from './results.ts';
import { hold, receivedCalls, type Stage, stakeOf } from './stage.ts';

const MINED_TIMEOUT_MS = 15_000;
const FAILURES_SHOWN = 5;
// In the order of the contracts' `Offence`.
const OFFENCES = ['downtime', 'latency', 'stale', 'invalid data', 'outage', 'equivocation'];

/** Everything is counted, and what must hold is checked. The load has ended. */
export async function reckon(
  stage: Stage,
  ejection: Pick<Ejection, 'afterMs' | 'afterBlocks'>,
  backAfterSeconds: number,
): Promise<DemoResults> {
  const { load, devnet, truth, firstNonces, say } = stage;
  const { network, gateway } = devnet.state;
  const { calls, failed, failures, batches, latencies, transactions } = load.stats();
  hold(failed === 0, `${failed} of ${calls} calls failed: ${failures.slice(0, FAILURES_SHOWN).join('; ')}`);
  const wrong = await checkLedger({
    nodeUrl: network.rpcUrl,
    sent: transactions,
    firstNonces,
    afterBlock: truth.head,
    timeoutMs: MINED_TIMEOUT_MS,
  });
  hold(
    wrong.length === 0,
    `${wrong.length} faults in the ledger: ${wrong.slice(0, FAILURES_SHOWN).join('; ')}`,
  );
  say(`all ${transactions.length} transactions are in exactly one block each`);

  const { totals } = await gatewayStatus(gateway.url);
  hold(totals.failed === 0, `the gateway counts ${totals.failed} failed calls`);
  hold(totals.failovers > 0, 'the gateway counts no fail-over');
  const watchers = watcherResults(stage);
  for (const { name, commits, reveals, earned } of watchers) {
    hold(commits > 0 && reveals > 0, `${name} committed ${commits} times and revealed ${reveals} times`);
    hold(earned > 0n, `${name} earned nothing for ${reveals} reports`);
  }
  return {
    ...{ calls, failed, batches, latencies, watchers, backAfterSeconds },
    transactions: transactions.length,
    failovers: totals.failovers,
    providers: await providerResults(stage),
    cases: caseResults(stage),
    ejectedAfterMs: ejection.afterMs,
    ejectedAfterBlocks: ejection.afterBlocks,
  };
}

function watcherResults({ devnet, events }: Stage): WatcherResult[] {
  return devnet.state.watchers.map(({ name, address }) => {
    const own = (all: readonly { readonly args: { readonly watcher: Address } }[]) =>
      all.filter(({ args }) => isAddressEqual(args.watcher, address)).length;
    return {
      name,
      commits: own(events.named('Committed')),
      reveals: own(events.named('Revealed')),
      attested: own(events.named('BreachAttested')),
      earned: events
        .named('RewardClaimed')
        .filter(({ args }) => isAddressEqual(args.watcher, address))
        .reduce((sum, { args }) => sum + args.amount, 0n),
    };
  });
}

async function providerResults(stage: Stage): Promise<ProviderResult[]> {
  const { devnet, cast, client, stakesBefore } = stage;
  const { gateway, network, settlement, providers } = devnet.state;
  const services = servicesByProvider(await gatewayStatus(gateway.url), network.slug);
  const parts = new Map([
    [cast.dead.name, 'killed (SIGKILL)'],
    [cast.hung.name, 'hung'],
    [cast.broken.name, 'answered 500'],
    [cast.well.name, 'stayed well'],
  ]);
  return await Promise.all(
    providers.map(async ({ name, address }): Promise<ProviderResult> => {
      const stakeAfter = await stakeOf(client, settlement.contracts.vault, address);
      return {
        ...{ name, address, stakeAfter },
        part: parts.get(name) ?? '',
        stakeBefore: stakesBefore.get(name) ?? stakeAfter,
        received: (stage.receivedBefore.get(name) ?? 0) + (await receivedCalls(stage, name)),
        state: services.get(address.toLowerCase())?.state ?? 'jailed',
      };
    }),
  );
}

function caseResults({ devnet, events }: Stage): CaseResult[] {
  const executed = new Set(events.named('CaseExecuted').map(({ args }) => args.caseId));
  return events.named('CaseOpened').map(({ args }) => ({
    provider:
      devnet.state.providers.find(({ address }) => isAddressEqual(address, args.provider))?.name ??
      args.provider,
    offence: OFFENCES[args.offence] ?? String(args.offence),
    epoch: args.epoch,
    amount: args.amount,
    jailSeconds: args.jailSeconds,
    state: executed.has(args.caseId) ? 'executed' : 'open',
  }));
}
