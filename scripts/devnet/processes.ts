import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DinError } from '../../router/core/dinError.ts';

// Time to close by itself; a process that hangs must not hold up the end of the others.
const GRACE_MS = 3000;
const TAIL_LINES = 15;
const POLL_MS = 50;

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves at its end, whatever the reason. */
  readonly ended: Promise<void>;
  running(): boolean;
  /** Ends it as intended: no report. Resolves once it has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /**
   * Waits until `probe` answers something else than undefined; failures of the probe count as "not yet".
   * @throws {@link ProcessEndedError} as soon as the process ends, {@link ProcessNotReadyError} after `timeoutMs`.
   */
  ready<Value>(probe: () => Promise<Value | undefined>, timeoutMs: number): Promise<Value>;
}

export interface Processes {
  start(spec: ProcessSpec): ManagedProcess;
  running(): readonly ManagedProcess[];
  /** Ends all, the last started first asked; SIGKILL for those that do not listen. */
  stopAll(): Promise<void>;
}

export interface ProcessesOptions {
  /** One file per process: `<name>.log`. */
  readonly logDir: string;
  /** A process has ended that nobody ended. */
  readonly onUnexpectedEnd: (ended: ProcessEndedError) => void;
}

/** Starts child processes and leaves none behind, however this process ends: see reaper.ts. */
export function createProcesses(options: ProcessesOptions): Processes {
  mkdirSync(options.logDir, { recursive: true });
  const running = new Set<ManagedProcess>();
  let stopping = false;
  const reaper = spawn(process.execPath, [fileURLToPath(new URL('reaper.ts', import.meta.url))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Only its stdin ties it to this process.
  reaper.unref();
  reaper.stdin.on('error', () => {});

  return {
    start(spec) {
      if (stopping) throw new ProcessEndedError(spec.name, 'all processes are being ended', '');
      const logFile = join(options.logDir, `${spec.name}.log`);
      const log = openSync(logFile, 'a');
      // A group of its own: Ctrl-C in a terminal reaches this process alone, which then ends them in order.
      const child = spawn(spec.command, spec.args, {
        stdio: ['ignore', log, log],
        env: { ...process.env, ...spec.env },
        detached: true,
      });
      closeSync(log);
      const { pid } = child;
      child.once('error', () => {});
      if (pid === undefined) throw new ProcessEndedError(spec.name, 'it could not be started', '');
      reaper.stdin.write(`+${pid}\n`);
      const managed = manage(spec.name, pid, child, logFile, (reason, intended) => {
        running.delete(managed);
        reaper.stdin.write(`-${pid}\n`);
        if (!intended && !stopping) {
          options.onUnexpectedEnd(new ProcessEndedError(spec.name, reason, logTail(logFile)));
        }
      });
      running.add(managed);
      return managed;
    },
    running: () => [...running],
    async stopAll() {
      stopping = true;
      await Promise.all([...running].map((managed) => managed.end('SIGTERM')));
      reaper.stdin.end();
    },
  };
}

function manage(
  name: string,
  pid: number,
  child: ChildProcess,
  logFile: string,
  onEnd: (reason: string, intended: boolean) => void,
): ManagedProcess {
  let reason: string | undefined;
  let intended = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      reason = signal === null ? `exit status ${code}` : `killed by ${signal}`;
      onEnd(reason, intended);
      resolve();
    });
  });
  return {
    name,
    pid,
    logFile,
    ended,
    running: () => reason === undefined,
    async end(signal) {
      if (reason !== undefined) return;
      intended = true;
      killGroup(pid, signal);
      const grace = new AbortController();
      const late = delay(GRACE_MS, undefined, { signal: grace.signal }).then(
        () => killGroup(pid, 'SIGKILL'),
        () => {},
      );
      await ended;
      grace.abort();
      await late;
    },
    async ready(probe, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const value = await probe().catch(() => undefined);
        if (value !== undefined) return value;
        if (reason !== undefined) throw new ProcessEndedError(name, reason, logTail(logFile));
        if (performance.now() > deadline) throw new ProcessNotReadyError(name, timeoutMs, logTail(logFile));
        await delay(POLL_MS);
      }
    },
  };
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended.
  }
}

function logTail(logFile: string): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

export class ProcessEndedError extends DinError {
  readonly code = 'PROCESS_ENDED';
  readonly processName: string;
  constructor(processName: string, reason: string, tail: string) {
    super(`${processName} has ended (${reason})${tail === '' ? '' : `; the end of its log:\n${tail}`}`);
    this.processName = processName;
  }
}

export class ProcessNotReadyError extends DinError {
  readonly code = 'PROCESS_NOT_READY';
  constructor(processName: string, timeoutMs: number, tail: string) {
    super(
      `${processName} is not ready after ${timeoutMs / 1000} s${tail === '' ? '' : `; the end of its log:\n${tail}`}`,
    );
  }
}
