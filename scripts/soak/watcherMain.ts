/**
 * A watcher as `din watcher run` starts one, in a process of its own that can be killed: `node watcherMain.ts <task>`,
 * see {@link WatcherTask}. Its log goes to stdout, one JSON object a line. It ends with its standard input.
 */
import { privateKeyToAccount } from 'viem/accounts';
import { startWatcher } from '../../router/bin/watcher.ts';
import { systemClock } from '../../router/core/clock.ts';
import type { UpstreamClient, UpstreamTarget } from '../../router/upstream/outcome.ts';
import { createUpstreamClient } from '../../router/upstream/upstreamClient.ts';
import { devAccount } from '../devnet/devAccounts.ts';
import type { WatcherNews, WatcherTask } from './watcherTask.ts';

const task: WatcherTask = JSON.parse(process.argv[2] ?? '{}');
const stop = new AbortController();
process.stdin.resume().once('end', () => process.exit());
process.once('SIGTERM', () => stop.abort());

const log = (level: WatcherNews['level']) => (fields: object, event: string) =>
  console.log(JSON.stringify({ level, event, ...fields }));
const watcher = await startWatcher({
  rpcUrls: [task.rpcUrl],
  registry: task.registry,
  account: privateKeyToAccount(devAccount(task.account).privateKey),
  stateDir: task.stateDir,
  allowPrivateEndpoints: true,
  probeIntervalMs: task.probeIntervalMs,
  upstream: overLines(createUpstreamClient({ clock: systemClock }), task.lines),
  logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
  signal: stop.signal,
});
await watcher.done;
process.exit();

/** The same client over other ports, as behind a router of its own. */
function overLines(client: UpstreamClient, lines: WatcherTask['lines']): UpstreamClient {
  const way = (target: UpstreamTarget) => ({ ...target, url: lines[target.url] ?? target.url });
  return {
    start: (target, ...rest) => client.start(way(target), ...rest),
    call: (target, ...rest) => client.call(way(target), ...rest),
    close: () => client.close(),
  };
}
