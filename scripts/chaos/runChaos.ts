import type { Address } from 'viem';
import { systemClock } from '../../router/core/clock.ts';
import { rpc } from '../devnet/anvilProcess.ts';
import { DEV_ROLES, devAccount, devAccounts } from '../devnet/devAccounts.ts';
import { checkLedger } from '../devnet/load/ledger.ts';
import { createLoad } from '../devnet/load/load.ts';
import { createSender } from '../devnet/load/sender.ts';
import { askTruth } from '../devnet/load/truth.ts';
import { until } from '../devnet/until.ts';
import { FAULT_KINDS } from './faultKinds.ts';
import { isCalm, planChaos } from './plan.ts';
import { type ChaosResults, percentiles } from './results.ts';
import { seededRandom } from './seededRandom.ts';
import { CHAIN_ID, setStage } from './stage.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly providers: number;
  /** At least. */
  readonly calls: number;
  /** How many ask at once, and how long each waits between two requests. */
  readonly users: number;
  readonly pauseMs: number;
  onStep(line: string): void;
}

// A phase that does not come to its end is an error; a slow machine is none.
const PHASE_TIMEOUT_MS = 180_000;
const LEDGER_TIMEOUT_MS = 60_000;

/** Runs a gateway through the weather that the seed makes, with users who check every answer. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResults> {
  const { seed, providers, onStep } = options;
  const begun = performance.now();
  const random = seededRandom(seed);
  const plan = planChaos({ kinds: FAULT_KINDS, providers, calls: options.calls, random });
  const stage = await setStage(providers, Math.random);
  try {
    const users = devAccounts(DEV_ROLES.firstUser, DEV_ROLES.users);
    const addresses = users.map(({ address }) => address);
    const truth = await askTruth(stage.nodeUrl, addresses, devAccount(DEV_ROLES.idle).address);
    const to = devAccount(DEV_ROLES.treasury).address;
    const load = createLoad({
      url: stage.networkUrl,
      truth,
      senders: users.map((user) => createSender(user, CHAIN_ID, to, 0)),
      concurrency: options.users,
      clock: systemClock,
      random,
    });
    const calm: number[] = [];
    const storm: number[] = [];
    const invented: string[] = [];
    let failuresShown = 0;
    load.run(options.users, options.pauseMs);
    for (const [index, phase] of plan.entries()) {
      await stage.weather.turn(phase.faults, load.settled);
      const first = load.stats().latencies.length;
      const enough = load.stats().calls + phase.calls;
      const names = phase.faults.map((kind) => kind?.name ?? '-').join(', ');
      const { calls, failed, failures } = load.stats();
      onStep(`${calls} calls, ${failed} failed or wrong; phase ${index + 1} of ${plan.length}: ${names}`);
      for (; failuresShown < failures.length; failuresShown += 1) onStep(failures[failuresShown] ?? '');
      await until(
        `phase ${index + 1} (${names})`,
        async () =>
          load.stats().calls >= enough && (await stage.weather.unmet()).length === 0 ? true : undefined,
        PHASE_TIMEOUT_MS,
      );
      const { latencies, highestHead } = load.stats();
      const target = isCalm(phase) ? calm : storm;
      for (const latency of latencies.slice(first)) target.push(latency);
      const head = BigInt(String(await rpc(stage.nodeUrl, 'eth_blockNumber')));
      if (highestHead > head) invented.push(`head ${highestHead} was told, the chain is at ${head}`);
    }
    await stage.weather.turn(plan[0]?.faults ?? [], load.settled);
    await load.pause();
    const { calls, failed, wrong, failures, batches, transactions } = load.stats();
    const ledger = await checkLedger({
      nodeUrl: stage.nodeUrl,
      sent: transactions,
      firstNonces: new Map<Address, number>(addresses.map((address) => [address, 0])),
      afterBlock: truth.head,
      timeoutMs: LEDGER_TIMEOUT_MS,
    });
    const status = (await (await fetch(`${stage.gatewayUrl}/status`)).json()) as {
      readonly totals: { readonly failovers: number };
    };
    await load.close();
    return {
      seed,
      providers,
      kinds: new Set(plan.flatMap(({ faults }) => faults.flatMap((kind) => kind?.name ?? []))).size,
      phases: plan.length,
      calls,
      batches,
      failed: failed - wrong,
      wrong: wrong + invented.length,
      transactions: transactions.length,
      ledger,
      failures: [...failures, ...invented],
      failovers: status.totals.failovers,
      calm: percentiles(calm),
      storm: percentiles(storm),
      seconds: Math.round((performance.now() - begun) / 100) / 10,
    };
  } finally {
    await stage.close();
  }
}
