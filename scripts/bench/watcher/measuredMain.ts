/**
 * The watcher that is measured, as `din watcher run` starts one: `node --expose-gc measuredMain.ts <task>`, see
 * {@link MeasuredTask}. It ends with its parent.
 */
import { privateKeyToAccount } from 'viem/accounts';
import { startWatcher } from '../../../router/bin/watcher.ts';
import { devAccount } from '../../devnet/devAccounts.ts';
import type { MeasuredOrder, MeasuredTask, MeasuredWord } from './measuredTask.ts';

const KIBIBYTE = 1_024;
const MICROSECONDS_PER_MS = 1_000;

const task: MeasuredTask = JSON.parse(process.argv[2] ?? '{}');
const tell = (word: MeasuredWord) => process.send?.(word);
process.once('disconnect', () => process.exit());
process.on('message', (order: MeasuredOrder) => {
  if (order === 'memory') globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  tell({
    kind: 'usage',
    cpuMs: (userCPUTime + systemCPUTime) / MICROSECONDS_PER_MS,
    held: heapUsed + external,
    peakRss: maxRSS * KIBIBYTE,
    at: performance.now(),
  });
});

const log = (level: string) => (fields: object, event: string) =>
  tell({ kind: 'news', level, event, fields });
const watcher = await startWatcher({
  rpcUrls: [task.rpcUrl],
  registry: task.registry,
  account: privateKeyToAccount(devAccount(task.account).privateKey),
  stateDir: task.stateDir,
  allowPrivateEndpoints: true,
  probeIntervalMs: task.probeIntervalMs,
  logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
});
await watcher.done;
