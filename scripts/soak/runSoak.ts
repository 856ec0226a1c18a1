import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import { createRandom } from '../../test/fixtures/contracts/random.ts';
import { DEV_ROLES, devAccount } from '../devnet/devAccounts.ts';
import { until } from '../devnet/until.ts';
import { createAttestationLook } from './attestations.ts';
import { lostIn, unseen, unsent } from './excuses.ts';
import { judgeSoak } from './judge.ts';
import { createPatience } from './patience.ts';
import { planSoak } from './plan.ts';
import { type Away, isSettled, readRecord } from './record.ts';
import { planText } from './report.ts';
import { errorsOf, type SoakResults } from './results.ts';
import { type Moment, startSettlementTime } from './settlementTime.ts';
import { setSoakStage } from './stage.ts';
import { createStageHand } from './stageHand.ts';
import { EPOCH_SECONDS, SLA } from './terms.ts';
import { HEAL_SECOND, timetable } from './timetable.ts';
import type { EpochSpan } from './truth.ts';
import type { HeardNews } from './watcherProcess.ts';

export interface SoakOptions {
  readonly seed: number;
  /** Of faults, the first one calm. */
  readonly epochs: number;
  readonly providers: number;
  readonly watchers: number;
  onStep(line: string): void;
  /** Every line of a watcher's log; the first watcher is 1. */
  onNews(watcher: number, news: HeardNews): void;
}

const START_TIMEOUT_MS = 120_000;
/** A watcher that is later than that has missed the window. */
const WAIT_AT_MOST_MS = 30_000;
const LOOK_AGAIN_MS = 50;
/** After the last one with faults, so many at most until its cases are executed. */
const LAST_EPOCHS = 10;
/** Endpoints are served by this process: what it does not do in time is no fault of theirs. */
const STALL_MS = SLA.maxP95LatencyMs / 2;
const NANOSECONDS_PER_MS = 1e6;
const CALM = { faults: [], disturbance: undefined };

/** Watchers, providers and a settlement chain through the weather that the seed makes. */
export async function runSoak(options: SoakOptions): Promise<SoakResults> {
  const { seed, providers, watchers, onStep } = options;
  const begun = performance.now();
  const random = createRandom(seed);
  const plan = planSoak({ epochs: options.epochs, providers, watchers, random });
  const broken: string[] = [];
  const stage = await setSoakStage({ providers, watchers, onLost: (what) => broken.push(what) });
  try {
    const { world, endpoints } = stage;
    const { client, deployment } = world;
    const { genesis } = await client.readContract({
      ...{ address: deployment.hub, abi: watcherHubAbi, functionName: 'epochParams' },
    });
    const time = await startSettlementTime({
      ...{ settlementUrl: world.settlement.url, network: stage.network, genesis },
    });
    const addressesFrom = (first: number, count: number) =>
      Array.from({ length: count }, (_, index) => devAccount(first + index).address);
    const people = {
      providers: addressesFrom(DEV_ROLES.firstProvider, providers),
      watchers: addressesFrom(DEV_ROLES.firstWatcher, watchers),
    };
    const hand = createStageHand(stage, time);
    const began = new Map<number, number>();
    const healed = new Map<number, number>();
    const stalled = new Set<number>();
    const away: Away[] = [];
    const patience = createPatience({
      ...{ watchers: stage.watchers, addresses: people.watchers },
      look: createAttestationLook(client, deployment.hub),
      beganAt: (epoch) => began.get(epoch),
    });
    let waitedMs = 0;
    const told = stage.watchers.map(() => 0);

    function tellNews(): void {
      stage.watchers.forEach(({ process }, index) => {
        for (const one of process.news.slice(told[index])) {
          options.onNews(index + 1, one);
          if (one.level === 'error') onStep(`watcher ${index + 1}: ${one.event} ${one.error ?? ''}`);
        }
        told[index] = process.news.length;
      });
    }

    async function waitForTheLate(moment: Moment): Promise<void> {
      const from = performance.now();
      for (;;) {
        const late = await patience(moment);
        const waited = performance.now() - from;
        if (late.length === 0) return;
        if (waited > WAIT_AT_MOST_MS) {
          onStep(
            `epoch ${moment.epoch}, second ${moment.second}: watchers ${late.map((one) => one + 1)} are late`,
          );
          return;
        }
        await delay(LOOK_AGAIN_MS);
        waitedMs += performance.now() - from - waited;
      }
    }

    const eventLoop = monitorEventLoopDelay();
    eventLoop.enable();
    for (const { process } of stage.watchers) process.start();
    onStep('watchers start');
    const areUp = () =>
      stage.watchers.every(({ process }) => process.upSince() !== undefined) ? true : undefined;
    await until('all watchers are at work', areUp, START_TIMEOUT_MS);

    // Weight counts from the epoch after the join; until then nothing is worth waiting for.
    const first = time.next().epoch + 1;
    while (time.next().epoch < first) await time.mine();
    const acts = timetable(plan, watchers);
    const lost = new Set(unsent(plan, first));
    const last = first + plan.length - 1;
    let isOver = false;
    while (!isOver) {
      const moment = time.next();
      const { epoch, second } = moment;
      await time.wait();
      if (second === 0 && epoch <= last)
        onStep(
          `epoch ${epoch} (${epoch - first + 1} of ${plan.length}): ${planText(plan[epoch - first] ?? CALM)}`,
        );
      await waitForTheLate(moment);
      if (second === HEAL_SECOND) {
        healed.set(epoch, performance.now());
        if (eventLoop.max > STALL_MS * NANOSECONDS_PER_MS) stalled.add(epoch - 1).add(epoch);
        eventLoop.reset();
      }
      for (const act of acts.get((epoch - first) * EPOCH_SECONDS + second) ?? []) {
        if (act.kind === 'reorg') {
          for (const one of lostIn(moment, act.depth)) lost.add(one);
          // Who was in jail on the branch that goes was not measured either.
          away.push(...(await readRecord(client, deployment, people)).away);
        }
        await hand.perform(act);
      }
      // Once more: a reorg may just have taken it away.
      await waitForTheLate(moment);
      await time.mine();
      if (second === 0) began.set(epoch, performance.now());
      tellNews();
      // By then all is revealed.
      if (epoch > last + 1 && hand.pending() === 0) {
        isOver = isSettled(await readRecord(client, deployment, people), watchers);
      }
      if (epoch > last + LAST_EPOCHS) break;
    }
    const spans = plan.flatMap((_, index): EpochSpan[] => {
      const epoch = first + index;
      const [from, to, closedBy] = [began.get(epoch), began.get(epoch + 1), healed.get(epoch + 1)];
      return from === undefined || to === undefined || closedBy === undefined
        ? []
        : [{ epoch, from, until: to, closedBy }];
    });
    const record = await readRecord(client, deployment, people);
    const verdict = judgeSoak({
      ...{ spans, providers, watchers, genesis, lost, stalled },
      spells: endpoints.flatMap(({ spells }) => spells),
      record: {
        ...record,
        away: [...record.away, ...away, ...unseen(plan, providers, genesis + first * EPOCH_SECONDS)],
      },
    });
    return {
      ...verdict,
      flaws: [...verdict.flaws, ...broken, ...hand.failures],
      ...{ seed, providers, watchers, plan, lost, stalled },
      seconds: Math.round((performance.now() - begun) / 100) / 10,
      waitedSeconds: Math.round(waitedMs / 100) / 10,
      errors: errorsOf(stage.watchers.flatMap(({ process }) => process.news)),
    };
  } finally {
    await stage.close();
  }
}
