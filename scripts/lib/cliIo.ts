/** What a command may touch of the process around it. Passed in, so that commands run in process and in tests. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line of data. */
  stdout(line: string): void;
  /** One line of progress or an error's message. */
  stderr(line: string): void;
  /** Ends a command that runs until it is told to stop. */
  readonly signal?: AbortSignal;
  /** Asks a person for a secret without showing it; left out when no person is there. */
  readonly readSecret?: (question: string) => Promise<string>;
}
