import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { WatcherNews, WatcherTask } from './watcherTask.ts';

const MAIN = fileURLToPath(new URL('watcherMain.ts', import.meta.url));

export interface HeardNews extends WatcherNews {
  /** By `performance.now()`. */
  readonly at: number;
}

/** A watcher's process, started again and again on the same state. */
export interface WatcherProcess {
  /** All that it has ever logged. */
  readonly news: readonly HeardNews[];
  /** Since when it is at work, by `performance.now()`; undefined while it is not. */
  upSince(): number | undefined;
  start(): void;
  /** As a power cut. */
  kill(): Promise<void>;
  /** As an operator. */
  stop(): Promise<void>;
}

/** @param onLost it has ended, and nobody has ended it */
export function createWatcherProcess(task: WatcherTask, onLost: (what: string) => void): WatcherProcess {
  const news: HeardNews[] = [];
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let upSince: number | undefined;

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = child;
    child = undefined;
    ending?.kill(signal);
    await ended;
  }

  return {
    news,
    upSince: () => (child === undefined ? undefined : upSince),
    start() {
      upSince = undefined;
      const started = spawn(process.execPath, [MAIN, JSON.stringify(task)], {
        // It ends with its standard input, so none outlives this process.
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child = started;
      createInterface({ input: started.stdout }).on('line', (line) => {
        const one = { at: performance.now(), ...(JSON.parse(line) as WatcherNews) };
        news.push(one);
        if (one.event === 'watcher_started' && child === started) upSince = one.at;
      });
      ended = new Promise((resolve) => {
        started.once('close', (code, signal) => {
          if (child === started) {
            child = undefined;
            onLost(`watcher ${task.account} has ended by itself: ${signal ?? `exit status ${code}`}`);
          }
          resolve();
        });
      });
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
