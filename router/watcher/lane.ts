/** Runs one task at a time; while one runs, further ones are left out: the next round brings them again. */
export interface Lane {
  enter(task: () => Promise<void>): void;
  /** Resolves once nothing runs. */
  idle(): Promise<void>;
}

/** @param onFailure Told what a task rejects with. */
export function createLane(onFailure: (error: unknown) => void): Lane {
  let running: Promise<void> | undefined;
  return {
    enter(task) {
      if (running) return;
      running = task()
        .catch(onFailure)
        .finally(() => {
          running = undefined;
        });
    },
    idle: async () => await running,
  };
}
