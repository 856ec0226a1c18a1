import type { CliIo } from './cliIo.ts';

/** Data on stdout, progress on stderr. With `json`, stdout gets exactly one JSON object. */
export interface Output {
  readonly json: boolean;
  /** One line about what is going on. */
  progress(line: string): void;
  /** The command's answer, once: an object for programs, lines for people. */
  result(data: Readonly<Record<string, unknown>>, lines: readonly string[]): void;
}

export function createOutput(io: Pick<CliIo, 'stdout' | 'stderr'>, json: boolean): Output {
  return {
    json,
    progress: (line) => io.stderr(line),
    result(data, lines) {
      if (json) io.stdout(toJson({ ok: true, ...data }));
      else for (const line of lines) io.stdout(line);
    },
  };
}

/** JSON with big integers as decimal strings. */
export function toJson(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
