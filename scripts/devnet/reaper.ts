/**
 * Outlives the process that started it by a moment, to end what that one could not: it is told process groups on
 * stdin (`+<pid>` born, `-<pid>` gone), and when stdin closes — however the parent ended, SIGKILL included — it kills
 * those that are left.
 */
import { createInterface } from 'node:readline';

const groups = new Set<number>();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const pid = Number(line.slice(1));
    if (!Number.isInteger(pid) || pid <= 1) return;
    if (line.startsWith('+')) groups.add(pid);
    else groups.delete(pid);
  })
  .on('close', () => {
    for (const pid of groups) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  });

// A signal to the terminal's foreground group is for the parent: it ends its children first, then this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
