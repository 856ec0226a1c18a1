import { unwatchFile, watchFile } from 'node:fs';
import { ConfigError } from '../config/configError.ts';
import { liveConfig } from '../config/liveConfig.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { Logger } from '../observability/logger.ts';

// Asked for, not announced: announcements get lost with editors and orchestrators that put another file in its place.
const LOOK_INTERVAL_MS = 500;
// Who writes it piece by piece is given the time.
const SETTLE_MS = 200;

/**
 * Puts each new version of a configuration file in force: on SIGHUP and when the file changes. One with an error is
 * named in the log, and the old one stays. Returns the function that ends it.
 */
export function followConfigFile(args: {
  readonly file: string;
  /** In force. */
  readonly first: GatewayConfig;
  readonly load: () => Promise<GatewayConfig>;
  readonly use: (config: GatewayConfig) => void;
  readonly logger: Logger;
}): () => void {
  const { file, load, use, logger } = args;
  let current = args.first;

  const reload = async () => {
    try {
      const { config, needRestart } = liveConfig(current, await load());
      if (needRestart.length > 0) logger.warn({ fields: needRestart }, 'configuration_needs_restart');
      if (config === undefined) return;
      current = config;
      use(config);
      logger.info({ networks: config.networks.length }, 'configuration_changed');
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems.map(shown) : undefined;
      logger.error(problems ? { problems } : { err: error }, 'configuration_refused');
    }
  };
  // One after the other: the newest has the last word.
  let last: Promise<void> = Promise.resolve();
  const onWish = () => {
    last = last.then(reload);
  };

  let settling: NodeJS.Timeout | undefined;
  const onChange = () => {
    clearTimeout(settling);
    settling = setTimeout(onWish, SETTLE_MS);
  };

  process.on('SIGHUP', onWish);
  watchFile(file, { interval: LOOK_INTERVAL_MS, persistent: false }, onChange);
  return () => {
    process.off('SIGHUP', onWish);
    unwatchFile(file, onChange);
    clearTimeout(settling);
  };
}

function shown({ line, column, field, message }: ConfigError['problems'][number]) {
  return { line, column, field, message };
}
