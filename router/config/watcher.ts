import { resolve } from 'node:path';
import { z } from 'zod';
import { filePath, integer, section, text } from './kinds.ts';

const TRUE_OR_FALSE = 'allowed: true or false';
const PRIVATE_KEY = /^(?:0x)?[0-9a-f]{64}$/i;

const fields = section({
  enabled: z.boolean({ error: TRUE_OR_FALSE }),
  /** Encrypted key file, with `passwordFile`. */
  keystore: filePath().optional(),
  /** Holds the keystore's password and nothing else. */
  passwordFile: filePath().optional(),
  /** In place of a keystore. */
  privateKey: text('allowed: 64 hexadecimal digits; name an environment variable here', (value) =>
    PRIVATE_KEY.test(value),
  ).optional(),
  /** Where reports wait for their reveal. */
  stateDir: filePath('allowed: the path of a directory').optional(),
  /** Mean time between two probes of a service; by default from the epoch's length. */
  probeIntervalMs: integer(100, 3_600_000, 'milliseconds').optional(),
  /** Most to offer for a unit of the settlement chain's gas; 500 when left out. */
  maxFeeGwei: integer(1, 1_000_000_000, 'gwei').optional(),
  /** Whether it also brings and executes cases. */
  keeper: z.boolean({ error: TRUE_OR_FALSE }).default(true),
});

/** As the operator wrote it, defaults filled in. */
export type WrittenWatcher = z.output<typeof fields>;

/** One that is enabled, with absolute paths. */
export interface WatcherConfig extends Omit<WrittenWatcher, 'enabled' | 'stateDir'> {
  readonly enabled: true;
  readonly stateDir: string;
}

export const watcher = fields.superRefine(
  (written, context) => {
    for (const { field, message } of contradictions(written)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  },
  // All problems come at once: also with those of single fields.
  { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
);

/** With nothing left to look up; undefined unless it is enabled. */
export function completeWatcher(
  written: WrittenWatcher | undefined,
  directory: string,
): WatcherConfig | undefined {
  if (!written?.enabled || written.stateDir === undefined) return undefined;
  const { enabled, stateDir, keystore, passwordFile, ...rest } = written;
  return {
    ...rest,
    enabled,
    stateDir: resolve(directory, stateDir),
    ...(keystore !== undefined && { keystore: resolve(directory, keystore) }),
    ...(passwordFile !== undefined && { passwordFile: resolve(directory, passwordFile) }),
  };
}

interface Contradiction {
  readonly field: keyof WrittenWatcher;
  readonly message: string;
}

function contradictions(written: WrittenWatcher): readonly Contradiction[] {
  if (written.enabled !== true) return [];
  const problems: Contradiction[] = [];
  // A field that is there and wrong has its own problem: here counts only whether it is there.
  const has = (field: keyof WrittenWatcher) => Object.hasOwn(written, field);
  const isOneKey = 'allowed: keystore with passwordFile, or privateKey';
  if (has('privateKey')) {
    for (const field of ['keystore', 'passwordFile'] as const) {
      if (has(field)) problems.push({ field, message: `privateKey is there already; ${isOneKey}` });
    }
  } else if (!has('keystore') && !has('passwordFile')) {
    problems.push({ field: 'keystore', message: isOneKey });
  } else {
    for (const field of ['keystore', 'passwordFile'] as const) {
      if (!has(field)) problems.push({ field, message: isOneKey });
    }
  }
  if (!has('stateDir')) {
    const message = 'allowed: the path of a directory that outlives a restart, of this watcher alone';
    problems.push({ field: 'stateDir', message });
  }
  return problems;
}
