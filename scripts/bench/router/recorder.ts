import { inspect } from 'node:util';
import { DinError } from '../../../router/core/dinError.ts';
import type { Part } from './parts.ts';

export interface FailedPart {
  readonly part: Part;
  readonly message: string;
}

/** Measures the parts that were asked for. One that fails takes no other's figures along. */
export interface Recorder {
  /** @returns no figures when the part was not asked for, or failed */
  measure<Figures>(part: Part, of: () => Promise<readonly Figures[]>): Promise<readonly Figures[]>;
  /** A part has not all of its figures. */
  fail(part: Part, error: unknown): void;
  failed(): readonly FailedPart[];
}

export function createRecorder(parts: ReadonlySet<Part>, onProgress: (line: string) => void): Recorder {
  const failed: FailedPart[] = [];
  const fail = (part: Part, error: unknown) => {
    const message = error instanceof DinError ? error.message : inspect(error);
    onProgress(`${part}: ${message}`);
    failed.push({ part, message });
  };
  return {
    async measure(part, of) {
      if (!parts.has(part)) return [];
      onProgress(part);
      try {
        return await of();
      } catch (error) {
        fail(part, error);
        return [];
      }
    },
    fail,
    failed: () => failed,
  };
}
