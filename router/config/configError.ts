import { DinError } from '../core/dinError.ts';

/** One thing to correct in a configuration. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; undefined when the whole file is meant. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** e.g. `networks[0].slug`; empty for the file itself. */
  readonly field: string;
  /** What is wrong and what is allowed. Never the value: it may be a secret. */
  readonly message: string;
}

/** `gateway.yaml:12:5 networks[0].slug: allowed: …` */
export function formatProblem(problem: ConfigProblem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  return problem.field === ''
    ? `${place} ${problem.message}`
    : `${place} ${problem.field}: ${problem.message}`;
}

/** All problems of a configuration at once, one a line. */
export class ConfigError extends DinError {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options?: { cause?: unknown }) {
    super(problems.map(formatProblem).join('\n'), options);
    this.problems = problems;
  }
}
