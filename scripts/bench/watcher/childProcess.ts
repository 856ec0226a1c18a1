import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** A process of the bench that is spoken to: it says words, and answers orders. */
export interface Child<Order, Word> {
  /** All that it has said. */
  readonly words: readonly Word[];
  /** The next word that fits. Rejects when the process ends before. */
  next<Fit extends Word>(isFit: (word: Word) => word is Fit): Promise<Fit>;
  order(order: Order): void;
  end(): Promise<void>;
}

export interface ChildOptions {
  readonly main: string;
  readonly task: object;
  readonly nodeFlags?: readonly string[];
  /** What this process has of the same name takes its place. */
  readonly env?: Readonly<Record<string, string>>;
  /** The only core that it may use, where the system can do that. */
  readonly core?: number;
}

export function startChild<Order extends object | string, Word>(options: ChildOptions): Child<Order, Word> {
  const { main, task, nodeFlags = [], env = {}, core } = options;
  const node = [process.execPath, ...nodeFlags, main, JSON.stringify(task)];
  const [command = '', ...args] =
    core === undefined || !hasTaskset() ? node : ['taskset', '--cpu-list', String(core), ...node];
  const child: ChildProcess = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...env, ...process.env },
  });
  const words: Word[] = [];
  const ears = new Set<(word: Word) => void>();
  child.on('message', (word) => {
    words.push(word as Word);
    for (const hear of ears) hear(word as Word);
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    words,
    next(isFit) {
      return new Promise((resolve, reject) => {
        const hear = (word: Word) => {
          if (!isFit(word)) return;
          ears.delete(hear);
          resolve(word);
        };
        ears.add(hear);
        void ended.then((code) => reject(new Error(`${main} has ended with ${code}`)));
      });
    },
    order: (order) => void child.send(order),
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export function hasTaskset(): boolean {
  return spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;
}
