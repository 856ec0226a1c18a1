import { peakMemory, processorSeconds } from './processTree.ts';

/** Of a process and its living descendants. */
export interface ProcessUsage {
  /** Most that each held at its own time, summed, in bytes. */
  readonly peakMemory: number;
  /** Processor time since their start, in milliseconds. */
  readonly cpuMs: number;
}

/** Undefined where there is no `/proc`, or the process has ended. */
export function processUsage(pid: number): ProcessUsage | undefined {
  const peak = peakMemory(pid);
  return peak === undefined ? undefined : { peakMemory: peak, cpuMs: processorSeconds(pid) * 1_000 };
}
