import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../until.ts';
import { CONCURRENCY, receivedCalls, type Stage } from './stage.ts';

const LEAST_CALLS = 10_000;
// So many calls see each state before the next fault comes.
const CALLS_BETWEEN_FAULTS = 500;
const FAULTS_TOGETHER_MS = 4000;
const TIMEOUT_MS = 60_000;
/** Users that stay while the watchers do their work. */
const FEW_USERS = 4;
const FEW_PAUSE_MS = 20;

/** Three of four providers fail under the full load; two are healed, the dead one stays dead. */
export async function failUnderLoad(stage: Stage): Promise<void> {
  const { load, say, cast, devnet } = stage;
  const { fleet } = devnet;
  const callsReach = (calls: number) =>
    until(`${calls} calls`, () => (load.stats().calls >= calls ? true : undefined), TIMEOUT_MS);
  const more = () => callsReach(load.stats().calls + CALLS_BETWEEN_FAULTS);
  const started = performance.now();
  load.run(CONCURRENCY, 0);
  say(`${CONCURRENCY} users at once: reads, batches, transactions; every answer is checked`);
  await more();
  stage.receivedBefore.set(cast.dead.name, await receivedCalls(stage, cast.dead.name));
  await fleet.kill(cast.dead.name);
  say(`${cast.dead.name}: killed with SIGKILL after ${load.stats().calls} calls`);
  await more();
  await fleet.setFault(cast.hung.name, { mode: 'hang' });
  say(`${cast.hung.name}: hangs`);
  await more();
  await fleet.setFault(cast.broken.name, { mode: 'status500' });
  say(`${cast.broken.name}: answers 500; one of four is left`);
  await delay(FAULTS_TOGETHER_MS);
  await callsReach(LEAST_CALLS);
  await fleet.setFault(cast.hung.name, { mode: 'none' });
  await fleet.setFault(cast.broken.name, { mode: 'none' });
  say(`${cast.hung.name} and ${cast.broken.name} are healed`);
  await more();
  await load.pause();
  const { calls, failed } = load.stats();
  const rate = Math.round((calls / (performance.now() - started)) * 1000);
  say(`${calls} calls by now, ${rate} a second, ${failed} failed; a few users stay`);
  load.run(FEW_USERS, FEW_PAUSE_MS);
}
