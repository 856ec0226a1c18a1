import { type Logger, pino } from 'pino';
import { redactUrls } from '../core/redactUrls.ts';

export type { Logger };

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Takes whole lines. */
  readonly destination: { write(line: string): unknown };
}

// Whatever an object under these names holds, no log needs it.
const SECRETS = ['password', 'privateKey', 'mnemonic', 'authorization', 'cookie', 'apiKey'];

/**
 * One JSON object a line, named by its event: `logger.warn({ network }, 'call_failed')`. URLs lose all that may be a
 * key at the one place that all lines pass; control characters are escaped by JSON.
 */
export function createLogger({ level, destination }: LogSettings): Logger {
  return pino(
    {
      level,
      messageKey: 'event',
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: SECRETS.flatMap((name) => [name, `*.${name}`]),
    },
    { write: (line: string) => void destination.write(redactUrls(line)) },
  );
}
