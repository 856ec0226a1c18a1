let tasks: (() => void)[] = [];

/**
 * Runs the task once all that came in at the same moment has been read, in the order of the calls. For writes to
 * sockets: one right after the other they cost much less than each by itself, for whoever reads them is woken once.
 */
export function atEndOfTurn(task: () => void): void {
  if (tasks.length === 0) setImmediate(run);
  tasks.push(task);
}

function run(): void {
  try {
    // Those that tasks add run in the same turn: a list iterates over what is added to it.
    for (const task of tasks) task();
  } finally {
    tasks = [];
  }
}
