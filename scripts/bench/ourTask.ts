import type { Address } from 'viem';
import type { ProcessUsage } from './processUsage.ts';

/** What a process of ours is asked to do; JSON, as its one argument. */
export interface OurTask {
  readonly kind: keyof OurAnswers;
  /** Of the checkpoint. */
  readonly path: string;
  readonly registry: Address;
  readonly rpcUrl: string;
}

/** What it says on stdout, one line of JSON. Instants in milliseconds since 1970, memory in bytes. */
export interface OurAnswers {
  /** From nothing to the whole set. Writes the checkpoint. */
  readonly backfill: {
    /** Its code was loaded. */
    readonly beganAt: number;
    /** The set stood at the chain's head. */
    readonly wholeAt: number;
    readonly events: number;
    readonly requests: number;
    readonly providers: number;
    readonly services: number;
    /** Of the process, until the set was whole. */
    readonly usage: ProcessUsage;
    /** By which the load made the heap grow, without garbage. */
    readonly setMemory: number;
  };
  /** From the checkpoint. */
  readonly restart: {
    readonly beganAt: number;
    /** A set could be served. */
    readonly setAt: number;
    /** Processor time of the process until then. */
    readonly cpuMs: number;
    readonly providers: number;
    /** Asked of the chain until then, and until the set stood at the chain's head by the chain's own word. */
    readonly requestsUntilSet: number;
    readonly requestsUntilLive: number;
  };
  /** Reads it and writes it anew, beside the old one. */
  readonly checkpoint: {
    readonly loadMs: number;
    readonly firstSaveMs: number;
    readonly fileBytes: number;
  };
}
