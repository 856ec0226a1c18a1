import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Memory that a process and its living descendants hold now, in bytes; undefined as for {@link peakMemory}. */
export function heldMemory(pid: number): number | undefined {
  const own = memoryOf(pid, 'VmRSS');
  if (own === undefined) return undefined;
  return childrenOf(pid).reduce((sum, child) => sum + (heldMemory(child) ?? 0), own);
}

/** Most memory that any one of a process and its living descendants held; undefined as for {@link peakMemory}. */
export function largestPeak(pid: number): number | undefined {
  const own = memoryOf(pid, 'VmHWM');
  if (own === undefined) return undefined;
  return Math.max(own, ...childrenOf(pid).map((child) => largestPeak(child) ?? 0));
}

/**
 * Most memory that a process and its living descendants held, each at its own time, in bytes. Undefined where there is
 * no `/proc` or the process has ended.
 */
export function peakMemory(pid: number): number | undefined {
  const own = memoryOf(pid, 'VmHWM');
  if (own === undefined) return undefined;
  return childrenOf(pid).reduce((sum, child) => sum + (peakMemory(child) ?? 0), own);
}

/** Processor time that a process and its living descendants have used, in seconds; 0 where there is no `/proc`. */
export function processorSeconds(pid: number): number {
  // Behind the name, which may hold anything: utime and stime, the 14th and 15th field.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  const own = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
  return childrenOf(pid).reduce((sum, child) => sum + processorSeconds(child), own);
}

/** VmRSS is what is held now, VmHWM the most that ever was. */
function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number | undefined {
  const status = read(`/proc/${pid}/status`);
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function childrenOf(pid: number): number[] {
  return threadsOf(pid)
    .flatMap((thread) => read(`/proc/${pid}/task/${thread}/children`).split(' '))
    .filter((text) => text !== '')
    .map(Number);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Processes end while one looks at them. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
