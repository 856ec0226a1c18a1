/** What the ways to a provider set log to; pino's loggers are one. */
export interface SourceLogger {
  info(values: object, event: string): void;
  warn(values: object, event: string): void;
  error(values: object, event: string): void;
}
