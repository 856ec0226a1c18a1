/**
 * `npm run demo`: the network's story by itself, on real processes. Progress goes to stderr; the tables and, as the
 * last line, one JSON object to stdout. Exit status 0 only if all of it held.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { awaitReturn } from './devnet/demo/comeBack.ts';
import { checkDiscovery } from './devnet/demo/discovery.ts';
import { checkUnrouted, watchEjection } from './devnet/demo/ejection.ts';
import { failUnderLoad } from './devnet/demo/failures.ts';
import { reckon } from './devnet/demo/reckoning.ts';
import { demoReport } from './devnet/demo/report.ts';
import type { DemoResults } from './devnet/demo/results.ts';
import { DemoFailedError, setStage } from './devnet/demo/stage.ts';
import { type Devnet, startDevnet } from './devnet/network.ts';

// The story takes about 80 s on two cores; the two minutes that are promised include the end of every process.
const TIMEOUT_MS = 115_000;
const STATE_DIR = join('.din', 'demo');

const started = performance.now();
const seconds = () => Math.round((performance.now() - started) / 100) / 10;
const say = (line: string) => process.stderr.write(`${seconds().toFixed(1).padStart(6)} s  ${line}\n`);
const broken = Promise.withResolvers<never>();
broken.promise.catch(() => {});
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stop.abort(new DemoFailedError(`ended by ${signal}`)));
}
stop.signal.addEventListener('abort', () => broken.reject(stop.signal.reason));
let devnet: Devnet | undefined;

try {
  const results = await Promise.race([story(), timeout(), broken.promise]);
  const executed = results.cases.filter(({ state }) => state === 'executed').length;
  await devnet?.stop();
  for (const line of demoReport(results, seconds())) console.log(line);
  const { calls, failed, failovers, ejectedAfterMs } = results;
  const verdict = {
    ok: true,
    calls,
    failed,
    failovers,
    slashed: executed,
    ejectedAfterMs,
    seconds: seconds(),
  };
  console.log(JSON.stringify(verdict));
  process.exit(0);
} catch (error) {
  stop.abort(error);
  await devnet?.stop();
  const why = error instanceof Error ? error.message : String(error);
  console.log(JSON.stringify({ ok: false, why, seconds: seconds(), logs: join(STATE_DIR, 'logs') }));
  process.exit(1);
}

async function story(): Promise<DemoResults> {
  devnet = await startDevnet({
    stateDir: STATE_DIR,
    providers: 4,
    watchers: 3,
    ports: 'any',
    signal: stop.signal,
    onStep: say,
    onUnexpectedEnd: (ended) => broken.reject(ended),
  });
  const stage = await setStage(devnet, say);
  await checkDiscovery(stage);
  await failUnderLoad(stage);
  const ejection = await watchEjection(stage);
  await checkUnrouted(stage);
  await awaitReturn(stage);
  const backAfterSeconds = (performance.now() - ejection.seenAt) / 1000;
  await stage.load.pause();
  const results = await reckon(stage, ejection, backAfterSeconds);
  await stage.close();
  return results;
}

async function timeout(): Promise<never> {
  await delay(TIMEOUT_MS, undefined, { ref: false });
  throw new DemoFailedError(`not done within ${TIMEOUT_MS / 1000} s`);
}
